package dev.weft.mesh.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Encodes a sequence of values unambiguously: each value follows its length in 4 bytes, most
 * significant byte first.
 */
final class Fields {
  private final StringBuilder hex = new StringBuilder();

  void text(String value) {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** As 8 bytes, most significant first. */
  void number(long value) {
    bytes(HexFormat.of().parseHex(HexFormat.of().toHexDigits(value)));
  }

  /** Adds nothing for plain ESP, so that its encoding stays as it was before ESP in UDP existed. */
  void udpPort(Optional<Integer> port) {
    if (port.isPresent()) {
      text("udp");
      number(port.get());
    }
  }

  void bytes(byte[] value) {
    hex.append(HexFormat.of().toHexDigits(value.length)).append(HexFormat.of().formatHex(value));
  }

  byte[] toBytes() {
    return HexFormat.of().parseHex(hex);
  }

  byte[] sha256() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(toBytes());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
