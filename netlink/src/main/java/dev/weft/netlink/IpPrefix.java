package dev.weft.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address with a prefix length. Host bits are kept: {@code 10.0.0.1/24} is the
 * address of an interface, and its {@link #network()} is {@code 10.0.0.0/24}.
 *
 * @param address the address, host bits included
 * @param length leading bits of the network: 0 to 32, or 0 to 128
 */
public record IpPrefix(InetAddress address, int length) {
  /** Four decimal numbers: programs disagree about shorter forms and leading zeros. */
  private static final Pattern DOTTED =
      Pattern.compile("(0|[1-9][0-9]{0,2})([.](0|[1-9][0-9]{0,2})){3}");

  /** {@code 0.0.0.0/0}, every IPv4 destination. */
  public static final IpPrefix ALL_IPV4 = parse("0.0.0.0/0");

  /** {@code ::/0}, every IPv6 destination. */
  public static final IpPrefix ALL_IPV6 = parse("::/0");

  /** Rejects a length that the family does not have. */
  public IpPrefix {
    int bits = address.getAddress().length * 8;
    if (length < 0 || length > bits) {
      throw new IllegalArgumentException(
          "/%d is no prefix length of %s; use 0 to %d"
              .formatted(length, address.getHostAddress(), bits));
    }
  }

  /** Prefix of this address alone: {@code /32} or {@code /128}. */
  public static IpPrefix host(InetAddress address) {
    return new IpPrefix(address, address.getAddress().length * 8);
  }

  /**
   * Reads {@code 10.0.0.1/24} or {@code fd00::1/64}; resolves no names. An IPv4-mapped IPv6 address
   * ({@code ::ffff:10.0.0.1/120}) becomes the IPv4 address.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw malformed(text, "the prefix length is missing");
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("[0-9]{1,3}")) {
      throw malformed(text, "the prefix length is no number");
    }
    String literal = text.substring(0, slash);
    int length = Integer.parseInt(digits);
    InetAddress address = parseAddress(literal);
    if (literal.indexOf(':') >= 0 && address.getAddress().length == 4) {
      if (length < 96) {
        throw malformed(text, "an IPv4-mapped prefix has a length of 96 to 128");
      }
      length -= 96;
    }
    return new IpPrefix(address, length);
  }

  /**
   * Reads an IPv4 or IPv6 literal; resolves no names.
   *
   * @throws IllegalArgumentException if the text is no literal or carries a zone
   */
  public static InetAddress parseAddress(String text) {
    if (text.indexOf('%') >= 0) {
      throw malformed(text, "an address with a zone belongs to one host only");
    }
    if (text.indexOf(':') < 0 && !DOTTED.matcher(text).matches()) {
      throw new IllegalArgumentException("'%s' is not an IP address".formatted(text));
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s' is not an IP address".formatted(text), e);
    }
  }

  /** Whether this is an IPv4 prefix, not IPv6. */
  public boolean isIpv4() {
    return address.getAddress().length == 4;
  }

  /** The same network with all host bits zero. */
  public IpPrefix network() {
    byte[] bytes = address.getAddress();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] &= (byte) mask(i);
    }
    return new IpPrefix(addressOf(bytes), length);
  }

  /** Whether an address lies in this network. An address of the other family never does. */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    for (int i = 0; i < mine.length; i++) {
      if (((mine[i] ^ theirs[i]) & mask(i)) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the two networks have an address in common. */
  public boolean overlaps(IpPrefix other) {
    return length <= other.length ? contains(other.address) : other.contains(address);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IpPrefix(InetAddress theirs, int bits)
        && bits == length
        && Arrays.equals(theirs.getAddress(), address.getAddress());
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(address.getAddress()) + length;
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + length;
  }

  /**
   * Address of 4 or 16 bytes in network order. 16 bytes always become an IPv6 address: {@link
   * InetAddress#getByAddress} would turn {@code ::ffff:0:0/96} into IPv4.
   */
  public static InetAddress addressOf(byte[] bytes) {
    try {
      return bytes.length == 16
          ? Inet6Address.getByAddress(null, bytes, -1)
          : InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an IP address has 4 or 16 bytes", e);
    }
  }

  private int mask(int index) {
    int bits = Math.clamp(length - 8L * index, 0, 8);
    return 0xff00 >> bits & 0xff;
  }

  private static IllegalArgumentException malformed(String text, String why) {
    return new IllegalArgumentException(
        "'%s' is not an address with a prefix length such as 10.0.0.1/24: %s".formatted(text, why));
  }
}
