package dev.weft.mesh.keys;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.KeyAgreement;

/** X25519 (RFC 7748) on byte arrays. */
final class PublicKeys {
  static final int BYTES = 32;

  private static final byte[] BASE_POINT = new byte[BYTES];
  private static final byte[] ANY_SCALAR = new byte[BYTES];

  static {
    BASE_POINT[0] = 9;
    Arrays.fill(ANY_SCALAR, (byte) 1);
  }

  private PublicKeys() {}

  /** Reason why a public key is unusable; empty if it is usable. */
  static String flaw(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return "its key is not in base64";
    }
    if (bytes.length != BYTES || !Base64.getEncoder().encodeToString(bytes).equals(base64)) {
      return "its key does not have %d bytes".formatted(BYTES);
    }
    try {
      byte[] _ = agree(ANY_SCALAR, bytes);
      return "";
    } catch (InvalidKeyException e) {
      return "its key yields the same secret with every other";
    }
  }

  static byte[] decode(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  /** Public key of a private key. */
  static byte[] of(byte[] privateKey) {
    try {
      return agree(privateKey, BASE_POINT);
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("every private key has a public one", e);
    }
  }

  /**
   * Shared secret of both sides, 32 bytes.
   *
   * @throws InvalidKeyException if it would be the same for every private key
   */
  static byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
    try {
      KeyFactory keys = KeyFactory.getInstance("X25519");
      PrivateKey mine =
          keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
      PublicKey other =
          keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, number(publicKey)));
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(mine);
      agreement.doPhase(other, true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has X25519", e);
    }
  }

  /**
   * Decodes a public key: least significant byte first, without the highest bit (RFC 7748, section
   * 5).
   */
  private static BigInteger number(byte[] publicKey) {
    byte[] turned = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      turned[i] = publicKey[BYTES - 1 - i];
    }
    turned[0] &= 0x7f;
    return new BigInteger(1, turned);
  }
}
