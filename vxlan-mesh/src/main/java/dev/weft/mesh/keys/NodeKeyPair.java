package dev.weft.mesh.keys;

import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** X25519 key pair. Equality compares the public keys; {@code toString} omits the private key. */
public final class NodeKeyPair {
  private final byte[] privateKey;
  private final String publicKey;

  private NodeKeyPair(byte[] privateKey) {
    this.privateKey = privateKey;
    this.publicKey = Base64.getEncoder().encodeToString(PublicKeys.of(privateKey));
  }

  /** Generates a key pair. */
  public static NodeKeyPair fresh(SecureRandom random) {
    byte[] scalar = new byte[PublicKeys.BYTES];
    random.nextBytes(scalar);
    return new NodeKeyPair(scalar);
  }

  /** Key pair of a private key of 32 bytes, which is copied. */
  public static NodeKeyPair of(byte[] privateKey) {
    if (privateKey.length != PublicKeys.BYTES) {
      throw new IllegalArgumentException(
          "a private key has %d bytes, not %d".formatted(PublicKeys.BYTES, privateKey.length));
    }
    return new NodeKeyPair(privateKey.clone());
  }

  /** The public key, 32 bytes in base64. */
  public String publicKey() {
    return publicKey;
  }

  /** A copy of the private key, for the key file. */
  public byte[] privateKey() {
    return privateKey.clone();
  }

  byte[] agree(String other) throws InvalidKeyException {
    return PublicKeys.agree(privateKey, PublicKeys.decode(other));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NodeKeyPair pair && publicKey.equals(pair.publicKey);
  }

  @Override
  public int hashCode() {
    return publicKey.hashCode();
  }

  @Override
  public String toString() {
    return "key pair of " + publicKey;
  }
}
