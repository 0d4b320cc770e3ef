package dev.weft.e2e.net;

import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A frame inside VXLAN (RFC 7348) inside UDP inside IPv4.
 *
 * @param from the sending VTEP
 * @param to the receiving VTEP
 * @param port UDP destination port
 * @param vni VXLAN network identifier
 * @param destination the inner frame's destination
 * @param etherType the inner frame's type
 * @param inner the inner frame's bytes after its Ethernet header
 */
public record VxlanFrame(
    InetAddress from,
    InetAddress to,
    int port,
    int vni,
    MacAddress destination,
    int etherType,
    ByteBuffer inner) {
  /** Inner type: IPv4. */
  public static final int IPV4 = 0x0800;

  /** Inner type: ARP. */
  public static final int ARP = 0x0806;

  private static final int ETHERNET = 14;
  private static final int UDP = 17;

  /** Reads a captured Ethernet frame; empty if it holds no UDP datagram to this port. */
  public static Optional<VxlanFrame> read(byte[] frame, int port) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    if (frame.length < ETHERNET + 20 || (bytes.getShort(12) & 0xffff) != IPV4) {
      return Optional.empty();
    }
    int udp = ETHERNET + (bytes.get(ETHERNET) & 0x0f) * 4;
    int inner = udp + 16;
    if (bytes.get(ETHERNET + 9) != UDP
        || frame.length < inner + ETHERNET
        || (bytes.getShort(udp + 2) & 0xffff) != port) {
      return Optional.empty();
    }
    return Optional.of(
        new VxlanFrame(
            address(frame, ETHERNET + 12),
            address(frame, ETHERNET + 16),
            port,
            bytes.getInt(udp + 12) >>> 8,
            MacAddress.of(Arrays.copyOfRange(frame, inner, inner + 6)),
            bytes.getShort(inner + 12) & 0xffff,
            ByteBuffer.wrap(frame, inner + ETHERNET, frame.length - inner - ETHERNET).slice()));
  }

  /** Whether the inner frame is an ICMP echo request over IPv4. */
  public boolean isEchoRequest() {
    return etherType == IPV4
        && inner.limit() > 20
        && inner.get(9) == 1
        && inner.get((inner.get(0) & 0x0f) * 4) == 8;
  }

  private static InetAddress address(byte[] frame, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(frame, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
