package dev.weft.api;

import java.math.BigInteger;

/** All addresses from {@code first} to {@code last}, both included and of one family. */
public record IpRange(IpAddress first, IpAddress last) {

  public IpRange {
    if (!first.isLike(last) || first.compareTo(last) > 0) {
      throw new IllegalArgumentException(
          "a range goes from a lower to a higher address of one family, %s-%s does not"
              .formatted(first, last));
    }
  }

  /**
   * Reads an address, a block, or two addresses joined by "-".
   *
   * @throws IllegalArgumentException with a message for the user
   */
  public static IpRange parse(String text) {
    int dash = text.indexOf('-');
    if (dash >= 0) {
      return new IpRange(
          IpAddress.parse(text.substring(0, dash).strip()),
          IpAddress.parse(text.substring(dash + 1).strip()));
    }
    if (text.indexOf('/') >= 0) {
      return Cidr.parse(text).range();
    }
    IpAddress address = IpAddress.parse(text);
    return new IpRange(address, address);
  }

  public boolean contains(IpAddress address) {
    return first.isLike(address) && first.compareTo(address) <= 0 && address.compareTo(last) <= 0;
  }

  public boolean contains(IpRange other) {
    return contains(other.first) && contains(other.last);
  }

  public boolean overlaps(IpRange other) {
    return first.isLike(other.first)
        && first.compareTo(other.last) <= 0
        && other.first.compareTo(last) <= 0;
  }

  /** Number of addresses. */
  public BigInteger size() {
    return last.value().subtract(first.value()).add(BigInteger.ONE);
  }

  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + "-" + last;
  }
}
