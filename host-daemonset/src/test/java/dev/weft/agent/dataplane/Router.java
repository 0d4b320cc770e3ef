package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.Route;
import java.nio.ByteBuffer;
import java.util.List;

/** A station that advertises itself as a router (RFC 4861, 4.2). */
final class Router {
  static final IpPrefix PREFIX = IpPrefix.parse("2001:db8:66::/64");
  private static final int HEADERS = 14 + 40;
  private static final int MESSAGE = 16 + 8 + 32;

  private Router() {}

  /**
   * Advertises on {@code device} that it is a default router, and that {@link #PREFIX} is on the
   * link.
   */
  static void advertise(Box box, String device) {
    MacAddress mac = box.link(device).address();
    ByteBuffer frame =
        ByteBuffer.allocate(HEADERS + MESSAGE)
            .put(new byte[] {0x33, 0x33, 0, 0, 0, 1})
            .put(mac.bytes())
            .putShort((short) LanFrames.IPV6)
            .putInt(0x60000000)
            .putShort((short) MESSAGE)
            .put((byte) 58)
            .put((byte) 255)
            .put(IpPrefix.parseAddress("fe80::66").getAddress())
            .put(IpPrefix.parseAddress("ff02::1").getAddress())
            .putInt(134 << 24)
            .put((byte) 64)
            .put((byte) 0)
            .putShort((short) 1800)
            .putLong(0)
            .put(new byte[] {1, 1})
            .put(mac.bytes())
            .put(new byte[] {3, 4, 64, (byte) 0xc0})
            .putInt(86400)
            .putInt(14400)
            .putInt(0)
            .put(PREFIX.address().getAddress());
    frame.putShort(HEADERS + 2, (short) checksum(frame));
    try (PacketSocket socket =
        PacketSocket.open(box.namespace(), box.link(device).index(), LanFrames.IPV6)) {
      socket.send(frame.array());
    }
  }

  private static int checksum(ByteBuffer frame) {
    long sum = MESSAGE + 58L;
    for (int at = 14 + 8; at < HEADERS + MESSAGE; at += 2) {
      sum += frame.getShort(at) & 0xffff;
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) ~sum & 0xffff;
  }

  /** The routes of a box through {@code device} that come from a router. */
  static List<Route> believed(Box box, String device) {
    int index = box.link(device).index();
    return box.netlink().routes().stream()
        .filter(route ->
            route.link() == index
                && (route.protocol() == HostKernel.ADVERTISED
                    || route.destination().equals(PREFIX)))
        .toList();
  }
}
