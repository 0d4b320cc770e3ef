package dev.weft.e2e.matrix;

import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.OptionalInt;
import jdk.net.ExtendedSocketOptions;

/** A datagram that fills the MTU of a pod's interface and must not be fragmented. */
final class FullFrame {
  private static final int PORT = 7777;
  private static final int UDP_HEADER = 8;
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int WAIT_MILLIS = 300;

  private FullFrame() {}

  /**
   * Sends one from a sandbox to an address of another.
   *
   * @param mtu MTU of the sender's interface, bytes
   * @return whether it arrived within 300 ms
   */
  static boolean arrives(NetworkNamespace from, NetworkNamespace to, InetAddress address, int mtu) {
    int header = address instanceof Inet4Address ? IPV4_HEADER : IPV6_HEADER;
    byte[] payload = new byte[mtu - header - UDP_HEADER];
    try (DatagramSocket receiver =
            to.<DatagramSocket, IOException>call(() -> new DatagramSocket(PORT, address));
        DatagramSocket sender = from.<DatagramSocket, IOException>call(DatagramSocket::new)) {
      sender.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      receiver.setSoTimeout(WAIT_MILLIS);
      sender.send(new DatagramPacket(payload, payload.length, address, PORT));
      DatagramPacket received = new DatagramPacket(new byte[mtu], mtu);
      receiver.receive(received);
      return received.getLength() == payload.length;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (IOException _) {
      // the sender's kernel has no route, or learnt of a smaller MTU on the way
      return false;
    }
  }

  /** MTU of the interface of a sandbox that is not the loopback one, bytes; empty without one. */
  static OptionalInt mtu(NetworkNamespace sandbox) {
    try (Netlink inside = Netlink.open(sandbox)) {
      return inside.links().stream()
          .filter(link -> !link.name().equals("lo"))
          .mapToInt(Link::mtu)
          .findFirst();
    }
  }
}
