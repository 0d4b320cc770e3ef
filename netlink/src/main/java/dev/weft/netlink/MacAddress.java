package dev.weft.netlink;

import java.util.HexFormat;

/**
 * An Ethernet (48-bit MAC) address.
 *
 * @param bits the address as a number from 0 to 2^48-1, its first byte the most significant
 */
public record MacAddress(long bits) implements Comparable<MacAddress> {
  /** Length of an address in bytes. */
  public static final int LENGTH = 6;

  /**
   * {@code 00:00:00:00:00:00}; in a VXLAN device's table the entry for all unknown destinations.
   */
  public static final MacAddress ZERO = new MacAddress(0);

  /** {@code ff:ff:ff:ff:ff:ff}. */
  public static final MacAddress BROADCAST = new MacAddress((1L << 48) - 1);

  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  /** Rejects a number that needs more than 48 bits. */
  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new IllegalArgumentException(
          "a MAC address has 48 bits, 0x%x has more".formatted(bits));
    }
  }

  /** The address in six bytes, as they go on the wire. */
  public static MacAddress of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a MAC address has 6 bytes, not " + bytes.length);
    }
    long bits = 0;
    for (byte b : bytes) {
      bits = bits << 8 | (b & 0xff);
    }
    return new MacAddress(bits);
  }

  /**
   * Reads {@code 02:42:0a:00:00:02}; letters may be of either case.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static MacAddress parse(String text) {
    try {
      return of(COLONS.parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is not a MAC address; write six bytes such as 02:42:0a:00:00:02".formatted(text),
          e);
    }
  }

  /** The six bytes, as they go on the wire. */
  public byte[] bytes() {
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = (byte) (bits >>> (40 - 8 * i));
    }
    return bytes;
  }

  /** Whether the address names a group of stations (broadcast included). */
  public boolean isMulticast() {
    return (bits >>> 40 & 1) != 0;
  }

  /** Whether software assigned the address, not a vendor. */
  public boolean isLocallyAdministered() {
    return (bits >>> 40 & 2) != 0;
  }

  @Override
  public int compareTo(MacAddress other) {
    return Long.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    return COLONS.formatHex(bytes());
  }
}
