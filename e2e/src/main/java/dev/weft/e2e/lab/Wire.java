package dev.weft.e2e.lab;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The lab's LAN, 192.168.77.0/24 and fd00:77::/64: a bridge in a namespace of its own. The API
 * server's relay is at .1. A host at .254 represents the outside world: it is the nodes' router and
 * also answers to 198.51.100.1.
 */
public final class Wire implements AutoCloseable {
  /** Address of the API. */
  public static final InetAddress API = InetAddress.ofLiteral("192.168.77.1");

  /** Address of the router. */
  public static final InetAddress ROUTER = InetAddress.ofLiteral("192.168.77.254");

  /** An address beyond the router (TEST-NET-2, RFC 5737). */
  public static final InetAddress BEYOND = InetAddress.ofLiteral("198.51.100.1");

  private final NetworkNamespace namespace;
  private final NetworkNamespace outside;
  private final Netlink netlink;

  private Wire(NetworkNamespace namespace, NetworkNamespace outside) {
    this.namespace = namespace;
    this.outside = outside;
    this.netlink = Netlink.open(namespace);
  }

  static Wire create(Namespaces namespaces) {
    Wire wire = new Wire(namespaces.create("wire"), namespaces.create("outside"));
    up(wire.netlink, "lo");
    Link bridge =
        wire.netlink.linkAdd(
            new LinkSpec("wire", new LinkKind.Bridge(), LinkSettings.builder().up(true).build()));
    for (String address : List.of("192.168.77.1/24", "fd00:77::1/64")) {
      addAddress(wire.netlink, bridge, address);
    }
    try (Netlink outside = wire.plug("outside", wire.outside, 254)) {
      addAddress(outside, outside.link("lo").orElseThrow(), "198.51.100.1/32");
    }
    return wire;
  }

  /** Namespace of the LAN's bridge, where every station's cable ends. */
  public NetworkNamespace namespace() {
    return namespace;
  }

  /** The namespace of the outside host. */
  public NetworkNamespace outside() {
    return outside;
  }

  /** Index of the bridge port of a station's cable, for captures of the station's frames. */
  public int port(String station) {
    return netlink.link(station).orElseThrow().index();
  }

  /** Sets a station's cable up or down, as if it were plugged or pulled. */
  public void setPort(String station, boolean up) {
    netlink.linkSet(port(station), LinkSettings.builder().up(up).build());
  }

  /**
   * Sets the MTU of the LAN, of its ports and of the outside host.
   *
   * @param mtu 1280 to 65535 bytes
   */
  public void setMtu(int mtu) {
    LinkSettings setting = LinkSettings.builder().mtu(mtu).build();
    netlink.links().stream()
        .filter(link -> !link.name().equals("lo"))
        .forEach(link -> netlink.linkSet(link.index(), setting));
    try (Netlink host = Netlink.open(outside)) {
      host.linkSet(host.link("eth0").orElseThrow().index(), setting);
    }
  }

  /** A station's IPv4 address. */
  static InetAddress address(int number) {
    return InetAddress.ofLiteral("192.168.77." + number);
  }

  /** Connects a node and gives it the router. */
  void plugNode(String station, NetworkNamespace node, int number) {
    setting(node, "ipv4/ip_forward", "1");
    setting(node, "ipv6/conf/all/forwarding", "1");
    try (Netlink inside = plug(station, node, number)) {
      int eth0 = inside.link("eth0").orElseThrow().index();
      inside.routeAdd(Route.to(IpPrefix.ALL_IPV4).via(ROUTER).link(eth0).build());
      inside.routeAdd(
          Route.to(IpPrefix.ALL_IPV6)
              .via(InetAddress.ofLiteral("fd00:77::254"))
              .link(eth0)
              .build());
    }
  }

  private Netlink plug(String station, NetworkNamespace host, int number) {
    Link bridge = netlink.link("wire").orElseThrow();
    Link port =
        netlink.linkAdd(
            LinkSpec.of(
                station,
                new LinkKind.Veth("eth0", LinkSettings.builder().namespace(host).build())));
    netlink.linkSet(port.index(), LinkSettings.builder().master(bridge.index()).up(true).build());
    Netlink inside = Netlink.open(host);
    up(inside, "lo");
    up(inside, "eth0");
    Link eth0 = inside.link("eth0").orElseThrow();
    addAddress(inside, eth0, "192.168.77.%d/24".formatted(number));
    addAddress(inside, eth0, "fd00:77::%d/64".formatted(number));
    return inside;
  }

  private static void addAddress(Netlink netlink, Link link, String prefix) {
    IpPrefix parsed = IpPrefix.parse(prefix);
    netlink.addressAdd(
        prefix.indexOf(':') < 0
            ? Address.of(link.index(), parsed)
            : Address.of(link.index(), parsed, Address.Flag.NODAD));
  }

  private static void up(Netlink netlink, String link) {
    netlink.linkSet(
        netlink.link(link).orElseThrow().index(), LinkSettings.builder().up(true).build());
  }

  private static void setting(NetworkNamespace namespace, String name, String value) {
    try {
      namespace.<Path, IOException>call(
          () -> Files.writeString(Path.of("/proc/sys/net", name), value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    netlink.close();
    namespace.close();
    outside.close();
  }
}
