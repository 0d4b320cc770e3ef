package dev.weft.api;

import java.math.BigInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of addresses.
 *
 * @param network the lowest address; no bit is set beyond {@code prefix}
 * @param prefix length of the common prefix: 0 to 32 or 128
 */
public record Cidr(IpAddress network, int prefix) implements Comparable<Cidr> {
  private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,2}");

  public Cidr {
    requirePrefix(network, prefix);
    IpAddress right = floor(network, prefix);
    if (!right.equals(network)) {
      throw new IllegalArgumentException(
          "%s/%d has bits set beyond its prefix: its block is %s/%d"
              .formatted(network, prefix, right, prefix));
    }
  }

  /**
   * Reads a block such as 10.10.0.0/24.
   *
   * @throws IllegalArgumentException with a message for the user; if host bits are set, it names
   *     the correct block
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'%s' has no prefix length such as /24".formatted(brief(text)));
    }
    IpAddress network = IpAddress.parse(text.substring(0, slash));
    String length = text.substring(slash + 1);
    if (!LENGTH.matcher(length).matches()) {
      throw new IllegalArgumentException(
          "'%s' is no prefix length, which is a number from 0 to %d"
              .formatted(brief(length), network.bits()));
    }
    return new Cidr(network, Integer.parseInt(length));
  }

  /** The block of this prefix length that contains {@code address}. */
  public static Cidr containing(IpAddress address, int prefix) {
    requirePrefix(address, prefix);
    return new Cidr(floor(address, prefix), prefix);
  }

  public boolean isIpv4() {
    return network.isIpv4();
  }

  public IpAddress first() {
    return network;
  }

  public IpAddress last() {
    return new IpAddress(network.bits(), network.value().add(size()).subtract(BigInteger.ONE));
  }

  /** All addresses of the block. */
  public IpRange range() {
    return new IpRange(first(), last());
  }

  /**
   * Addresses that hosts may use. IPv4: all but the network and the broadcast address. IPv6: all
   * but the first, the subnet-router anycast address (RFC 4291 section 2.6.1). Blocks of one or two
   * addresses: all (RFC 3021, RFC 6164).
   */
  public IpRange usable() {
    if (network.bits() - prefix < 2) {
      return range();
    }
    return new IpRange(first().plus(1), isIpv4() ? last().plus(-1) : last());
  }

  /** Number of addresses. */
  public BigInteger size() {
    return BigInteger.ONE.shiftLeft(network.bits() - prefix);
  }

  public boolean contains(IpAddress address) {
    return network.isLike(address) && floor(address, prefix).equals(network);
  }

  public boolean contains(Cidr other) {
    return prefix <= other.prefix && contains(other.network);
  }

  public boolean overlaps(Cidr other) {
    return contains(other) || other.contains(this);
  }

  /**
   * Splits the block into blocks of prefix length {@code length}, in ascending order. The stream is
   * lazy.
   *
   * @throws IllegalArgumentException if {@code length} is shorter than this block's prefix or
   *     longer than an address
   */
  public Stream<Cidr> split(int length) {
    requirePrefix(network, length);
    if (length < prefix) {
      throw new IllegalArgumentException(
          "%s cannot be cut into blocks of /%d, which are larger".formatted(this, length));
    }
    BigInteger step = BigInteger.ONE.shiftLeft(network.bits() - length);
    BigInteger end = network.value().add(size());
    return Stream.iterate(network.value(), at -> at.compareTo(end) < 0, at -> at.add(step))
        .map(at -> new Cidr(new IpAddress(network.bits(), at), length));
  }

  /** Orders by family, then address, then the larger block first. */
  @Override
  public int compareTo(Cidr other) {
    int byNetwork = network.compareTo(other.network);
    return byNetwork != 0 ? byNetwork : Integer.compare(prefix, other.prefix);
  }

  @Override
  public String toString() {
    return network + "/" + prefix;
  }

  private static void requirePrefix(IpAddress address, int prefix) {
    if (prefix < 0 || prefix > address.bits()) {
      throw new IllegalArgumentException(
          "/%d is no prefix length for %s, which is a number from 0 to %d"
              .formatted(prefix, address, address.bits()));
    }
  }

  private static IpAddress floor(IpAddress address, int prefix) {
    int host = address.bits() - prefix;
    return new IpAddress(address.bits(), address.value().shiftRight(host).shiftLeft(host));
  }

  private static String brief(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
