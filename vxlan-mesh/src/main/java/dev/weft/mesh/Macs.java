package dev.weft.mesh;

import dev.weft.netlink.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Derives MAC addresses from IP addresses, so that an endpoint keeps its MAC address when it is
 * rebuilt.
 */
public final class Macs {

  private static final byte LOCALLY_ADMINISTERED = 0x02;
  private static final byte SECOND = 0x42;

  private Macs() {}

  /**
   * The MAC address of the endpoint with this address: {@code 02:42:} and the four bytes of an IPv4
   * address, as Docker forms it. For an IPv6 address, the first four bytes of its SHA-256 take
   * their place.
   */
  public static MacAddress of(InetAddress address) {
    byte[] tail =
        address instanceof Inet4Address ? address.getAddress() : digest(address.getAddress());
    return MacAddress.of(
        new byte[] {LOCALLY_ADMINISTERED, SECOND, tail[0], tail[1], tail[2], tail[3]});
  }

  /** IPv4 address encoded in a MAC address such as 02:42:0a:0a:00:02; empty if there is none. */
  public static Optional<byte[]> ipv4(String mac) {
    return mac.matches("02:42(:[0-9a-f]{2}){4}")
        ? Optional.of(HexFormat.ofDelimiter(":").parseHex(mac.substring("02:42:".length())))
        : Optional.empty();
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
