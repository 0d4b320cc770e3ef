package dev.weft.mesh.keys;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.xfrm.XfrmKey;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * ESP security association (RFC 4303) for one direction between two nodes in one epoch. It is
 * derived from both nodes' names, addresses and public keys, so a copied key or a moved address
 * yields another one. The encapsulation that the receiver expects is part of the derivation, too.
 *
 * @param id unique identifier, 64 hexadecimal digits, which reveals nothing about the key
 * @param spi the security parameters index, 256 to 2^32-1
 * @param source source address of its packets
 * @param destination destination address of its packets
 * @param udpPort source and destination port of its ESP packets in UDP; empty: plain ESP
 * @param key 32 bytes for AES-256-GCM and 4 of salt (RFC 4106)
 */
public record Association(
    String id,
    long spi,
    InetAddress source,
    InetAddress destination,
    Optional<Integer> udpPort,
    XfrmKey key) {
  private static final byte[] SALT = "weft.dev".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY_BYTES = 36;
  private static final int RESERVED_SPIS = 256;

  /** Derivation inputs that identify one association. */
  private record Direction(long epoch, PublishedKey sender, PublishedKey receiver) {
    Fields of(String purpose) {
      var fields = new Fields();
      fields.text("weft.dev esp v1");
      fields.text(purpose);
      fields.number(epoch);
      for (PublishedKey end : new PublishedKey[] {sender, receiver}) {
        fields.text(end.node());
        fields.bytes(IpPrefix.parseAddress(end.vtep()).getAddress());
        fields.bytes(PublicKeys.decode(end.publicKey()));
      }
      fields.udpPort(receiver.udpPort());
      return fields;
    }
  }

  /**
   * Derives the association from {@code sender} to {@code receiver}. Both must be {@linkplain
   * KeyDirectory#usable usable}.
   *
   * @param own key pair of one of the two nodes
   */
  static Association between(
      long epoch, NodeKeyPair own, PublishedKey sender, PublishedKey receiver) {
    var direction = new Direction(epoch, sender, receiver);
    PublishedKey other = own.publicKey().equals(sender.publicKey()) ? receiver : sender;
    byte[] secret;
    try {
      secret = own.agree(other.publicKey());
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("the key of %s is unusable".formatted(other.node()), e);
    }
    byte[] spiBytes = expand(secret, direction.of("spi"), Integer.BYTES);
    long spi = lift(Integer.toUnsignedLong(ByteBuffer.wrap(spiBytes).getInt()));
    Fields keyInfo = direction.of("key");
    keyInfo.number(spi);
    byte[] key = expand(secret, keyInfo, KEY_BYTES);
    Arrays.fill(secret, (byte) 0);
    try {
      return new Association(
          HexFormat.of().formatHex(keyInfo.sha256()),
          spi,
          IpPrefix.parseAddress(sender.vtep()),
          IpPrefix.parseAddress(receiver.vtep()),
          receiver.udpPort(),
          XfrmKey.copyOf(key));
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** Copy with the addresses that this node's kernel uses. */
  Association at(KeyInputs.Self self) {
    return new Association(id, spi, self.here(source), self.here(destination), udpPort, key);
  }

  /** SPIs below 256 are reserved (RFC 4303, section 2.1). */
  private static long lift(long number) {
    return number < RESERVED_SPIS ? number + RESERVED_SPIS : number;
  }

  /** HKDF with SHA-256 (RFC 5869). */
  private static byte[] expand(byte[] secret, Fields info, int length) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract()
                  .addIKM(secret)
                  .addSalt(SALT)
                  .thenExpand(info.toBytes(), length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform since 25 has HKDF-SHA256", e);
    }
  }
}
