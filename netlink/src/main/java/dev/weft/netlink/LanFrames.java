package dev.weft.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Frames that announce an address on an Ethernet segment, or ask for its holder: ARP (RFC 826, RFC
 * 5227) for IPv4, neighbour discovery (RFC 4861) for IPv6.
 */
public final class LanFrames {
  /** {@code ETH_P_ARP}. */
  public static final int ARP = 0x0806;

  /** {@code ETH_P_IPV6}. */
  public static final int IPV6 = 0x86dd;

  private static final int HEADER = 14;
  private static final int IPV6_HEADER = 40;
  private static final int ICMPV6 = 58;
  private static final int SOLICITATION = 135;
  private static final int ADVERTISEMENT = 136;
  private static final int OVERRIDE = 0x20000000;
  private static final byte[] NOBODY = new byte[16];
  private static final byte[] ALL_NODES = {
    (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
  };

  private LanFrames() {}

  /** EtherType of the frames about an address: {@link #ARP} or {@link #IPV6}. */
  public static int protocol(InetAddress address) {
    return address instanceof Inet4Address ? ARP : IPV6;
  }

  /** Announces an address: a gratuitous ARP request, or an unsolicited neighbour advertisement. */
  public static byte[] announcement(MacAddress mac, InetAddress address) {
    byte[] ip = address.getAddress();
    return address instanceof Inet4Address
        ? arp(mac, ip, ip)
        : discovery(mac, ip, ALL_NODES, ADVERTISEMENT, OVERRIDE, ip, true);
  }

  /**
   * Asks who has an address. The sender address is empty, so receivers learn nothing from it: an
   * ARP probe, or a neighbour solicitation as for duplicate address detection.
   */
  public static byte[] question(MacAddress mac, InetAddress address) {
    byte[] ip = address.getAddress();
    if (address instanceof Inet4Address) {
      return arp(mac, new byte[4], ip);
    }
    byte[] group = {
      (byte) 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte) 0xff, ip[13], ip[14], ip[15]
    };
    return discovery(mac, NOBODY, group, SOLICITATION, 0, ip, false);
  }

  /** MAC address of the station that announces {@code address} in {@code frame}. */
  public static Optional<MacAddress> holder(byte[] frame, InetAddress address) {
    return address instanceof Inet4Address
        ? arpHolder(frame, address.getAddress())
        : discoveryHolder(frame, address.getAddress());
  }

  private static byte[] arp(MacAddress mac, byte[] sender, byte[] target) {
    return ByteBuffer.allocate(HEADER + 28)
        .put(MacAddress.BROADCAST.bytes())
        .put(mac.bytes())
        .putShort((short) ARP)
        .putShort((short) 1)
        .putShort((short) 0x0800)
        .put((byte) 6)
        .put((byte) 4)
        .putShort((short) 1)
        .put(mac.bytes())
        .put(sender)
        .put(new byte[6])
        .put(target)
        .array();
  }

  private static Optional<MacAddress> arpHolder(byte[] frame, byte[] address) {
    boolean isArp =
        frame.length >= HEADER + 28 && unsignedShort(frame, 12) == ARP && frame[19] == 4;
    return isArp && Arrays.equals(frame, 28, 32, address, 0, 4)
        ? Optional.of(MacAddress.of(Arrays.copyOfRange(frame, 22, 28)))
        : Optional.empty();
  }

  private static byte[] discovery(
      MacAddress mac,
      byte[] source,
      byte[] group,
      int type,
      int flags,
      byte[] target,
      boolean withMac) {
    int length = withMac ? 32 : 24;
    byte[] frame =
        ByteBuffer.allocate(HEADER + IPV6_HEADER + length)
            .put(new byte[] {0x33, 0x33, group[12], group[13], group[14], group[15]})
            .put(mac.bytes())
            .putShort((short) IPV6)
            .putInt(0x60000000)
            .putShort((short) length)
            .put((byte) ICMPV6)
            .put((byte) 255)
            .put(source)
            .put(group)
            .put((byte) type)
            .put((byte) 0)
            .putShort((short) 0)
            .putInt(flags)
            .put(target)
            .put(withMac ? option(mac) : new byte[0])
            .array();
    int sum = checksum(frame, length);
    frame[HEADER + IPV6_HEADER + 2] = (byte) (sum >> 8);
    frame[HEADER + IPV6_HEADER + 3] = (byte) sum;
    return frame;
  }

  /** Option "target link-layer address". */
  private static byte[] option(MacAddress mac) {
    return ByteBuffer.allocate(8).put((byte) 2).put((byte) 1).put(mac.bytes()).array();
  }

  /** ICMPv6 checksum (RFC 4443, 2.3) over source, destination, length, protocol and message. */
  private static int checksum(byte[] frame, int length) {
    long sum = (long) length + ICMPV6;
    for (int at = HEADER + 8; at < HEADER + IPV6_HEADER + length; at += 2) {
      sum += unsignedShort(frame, at);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) ~sum & 0xffff;
  }

  private static Optional<MacAddress> discoveryHolder(byte[] frame, byte[] address) {
    int message = HEADER + IPV6_HEADER;
    boolean isAdvertisement =
        frame.length >= message + 24
            && unsignedShort(frame, 12) == IPV6
            && (frame[HEADER + 6] & 0xff) == ICMPV6
            && (frame[message] & 0xff) == ADVERTISEMENT;
    if (!isAdvertisement || !Arrays.equals(frame, message + 8, message + 24, address, 0, 16)) {
      return Optional.empty();
    }
    boolean hasMac = frame.length >= message + 32 && frame[message + 24] == 2;
    int at = hasMac ? message + 26 : 6;
    return Optional.of(MacAddress.of(Arrays.copyOfRange(frame, at, at + 6)));
  }

  private static int unsignedShort(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }
}
