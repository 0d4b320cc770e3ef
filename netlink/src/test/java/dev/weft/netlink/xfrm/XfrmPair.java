package dev.weft.netlink.xfrm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two hosts on one wire, of which the first is the test's own namespace. */
final class XfrmPair {
  private static final int PATIENCE_MILLIS = 300;
  private static final LinkSettings UP = LinkSettings.builder().up(true).build();

  private final FreshNamespace kernel;
  private final List<NetworkNamespace> hosts;
  private final List<Xfrm> handles = new ArrayList<>();
  private final AtomicInteger number = new AtomicInteger();

  XfrmPair(FreshNamespace kernel) {
    this.kernel = kernel;
    hosts = List.of(kernel.namespace(), kernel.another());
    LinkSettings there = LinkSettings.builder().namespace(hosts.get(1)).build();
    var peer = new LinkKind.Veth.Peer("wire", there);
    kernel.netlink().linkAdd(new LinkSpec("wire", new LinkKind.Veth(peer), UP));
    for (int host = 0; host < 2; host++) {
      handles.add(kernel.closeLater(Xfrm.open(hosts.get(host))));
      try (Netlink netlink = Netlink.open(hosts.get(host))) {
        int wire = netlink.link("wire").orElseThrow().index();
        netlink.linkSet(wire, UP);
        netlink.addressAdd(Address.of(wire, new IpPrefix(address(host), 24)));
        netlink.addressAdd(Address.of(wire, new IpPrefix(address6(host), 64), Address.Flag.NODAD));
      }
    }
  }

  Xfrm xfrm(int host) {
    return handles.get(host);
  }

  static InetAddress address(int host) {
    return IpPrefix.parseAddress("192.0.2." + (host + 1));
  }

  static InetAddress address6(int host) {
    return IpPrefix.parseAddress("fd00::" + (host + 1));
  }

  /** A socket at a port of a host's IPv4 address. */
  DatagramSocket socket(int host, int port) throws IOException {
    return socket(host, address(host), port);
  }

  DatagramSocket socket(int host, InetAddress address, int port) throws IOException {
    DatagramSocket socket =
        hosts.get(host).call(() -> new DatagramSocket(new InetSocketAddress(address, port)));
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** Lets a host's IPv4 address receive ESP inside UDP. */
  EspInUdpSocket espInUdp(int host, int port) {
    return kernel.closeLater(EspInUdpSocket.open(hosts.get(host), address(host), port));
  }

  /** Whether a datagram from one socket reaches the other. */
  boolean arrives(DatagramSocket sender, DatagramSocket receiver) throws IOException {
    String text = "packet " + number.incrementAndGet();
    try {
      sender.send(
          new DatagramPacket(
              text.getBytes(UTF_8), text.length(), receiver.getLocalSocketAddress()));
    } catch (SocketException refused) {
      return false;
    }
    var packet = new DatagramPacket(new byte[64], 64);
    try {
      do {
        packet.setLength(64);
        receiver.receive(packet);
      } while (!new String(packet.getData(), 0, packet.getLength(), UTF_8).equals(text));
      return true;
    } catch (SocketTimeoutException nothing) {
      return false;
    }
  }
}
