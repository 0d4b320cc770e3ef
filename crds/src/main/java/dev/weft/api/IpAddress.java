package dev.weft.api;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 or IPv6 address as a number. No method queries a resolver.
 *
 * @param bits 32 for IPv4, 128 for IPv6
 * @param value the address in network byte order as an unsigned number
 */
public record IpAddress(int bits, BigInteger value) implements Comparable<IpAddress> {

  public IpAddress {
    if (bits != 32 && bits != 128) {
      throw new IllegalArgumentException("an address has 32 or 128 bits, not " + bits);
    }
    if (value.signum() < 0 || value.bitLength() > bits) {
      throw new IllegalArgumentException("no address of %d bits: %s".formatted(bits, value));
    }
  }

  /**
   * Reads an address: dotted decimal without leading zeros, or RFC 4291 text without a zone.
   *
   * @throws IllegalArgumentException with a message for the user, if {@code text} is not an address
   */
  public static IpAddress parse(String text) {
    return of(AddressText.parse(text));
  }

  /**
   * The address in {@code bytes}, 4 or 16 in network byte order.
   *
   * @throws IllegalArgumentException for any other length
   */
  public static IpAddress of(byte[] bytes) {
    return new IpAddress(bytes.length * 8, new BigInteger(1, bytes));
  }

  public static IpAddress of(InetAddress address) {
    return of(address.getAddress());
  }

  public boolean isIpv4() {
    return bits == 32;
  }

  /** Whether both addresses have the same family. */
  public boolean isLike(IpAddress other) {
    return bits == other.bits;
  }

  /** 4 or 16 bytes in network byte order. */
  public byte[] bytes() {
    byte[] bytes = new byte[bits / 8];
    byte[] magnitude = value.toByteArray();
    int length = Math.min(magnitude.length, bytes.length);
    System.arraycopy(magnitude, magnitude.length - length, bytes, bytes.length - length, length);
    return bytes;
  }

  /** Converts to Java's type, which turns an IPv4-mapped IPv6 address into an IPv4 address. */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(bytes());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are always an address", e);
    }
  }

  /**
   * This address moved by {@code offset}.
   *
   * @throws IllegalArgumentException if the result is outside the address family
   */
  public IpAddress plus(long offset) {
    return new IpAddress(bits, value.add(BigInteger.valueOf(offset)));
  }

  @Override
  public int compareTo(IpAddress other) {
    return bits != other.bits ? Integer.compare(bits, other.bits) : value.compareTo(other.value);
  }

  /** Dotted decimal, or the canonical text of RFC 5952 (without its dotted forms). */
  @Override
  public String toString() {
    return AddressText.of(bytes());
  }
}
