package dev.weft.e2e.machine;

import dev.weft.e2e.net.Capture;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.xfrm.Xfrm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** One end of a tunnel: a namespace with a wire, {@code eth0}, and a VXLAN device on it. */
final class TunnelHost implements AutoCloseable {
  static final int PORT = 4790;
  static final int VNI = 4097;

  private static final LinkSettings UP = LinkSettings.builder().up(true).build();

  private final NetworkNamespace namespace;
  private final Netlink netlink;
  private final Xfrm xfrm;
  private final InetAddress underlay;
  private final InetAddress inside;

  TunnelHost(NetworkNamespace namespace, InetAddress underlay, InetAddress inside) {
    this.namespace = namespace;
    this.netlink = Netlink.open(namespace);
    this.xfrm = Xfrm.open(namespace);
    this.underlay = underlay;
    this.inside = inside;
  }

  NetworkNamespace namespace() {
    return namespace;
  }

  Xfrm xfrm() {
    return xfrm;
  }

  /** Its address on the wire. */
  InetAddress underlay() {
    return underlay;
  }

  /** Its address in the tunnel. */
  InetAddress inside() {
    return inside;
  }

  Link wire() {
    return netlink.link("eth0").orElseThrow();
  }

  /** Lays a wire to another host. */
  void wireTo(TunnelHost other) {
    LinkSettings there = LinkSettings.builder().namespace(other.namespace).build();
    netlink.linkAdd(LinkSpec.of("eth0", new LinkKind.Veth(new LinkKind.Veth.Peer("eth0", there))));
    addressOnWire();
    other.addressOnWire();
  }

  private void addressOnWire() {
    int eth0 = wire().index();
    netlink.linkSet(netlink.link("lo").orElseThrow().index(), UP);
    netlink.linkSet(eth0, UP);
    boolean ipv4 = underlay.getAddress().length == 4;
    IpPrefix prefix = new IpPrefix(underlay, ipv4 ? 24 : 64);
    netlink.addressAdd(
        ipv4 ? Address.of(eth0, prefix) : Address.of(eth0, prefix, Address.Flag.NODAD));
  }

  /** Creates the VXLAN device, which sends all frames to the peer. */
  void tunnelTo(TunnelHost peer) {
    LinkKind kind = LinkKind.Vxlan.vni(VNI).local(underlay).port(PORT).learning(false).build();
    LinkSettings settings = LinkSettings.builder().up(true).mtu(1340).build();
    int vxlan = netlink.linkAdd(new LinkSpec("vxlan", kind, settings)).index();
    netlink.fdbAppend(FdbEntry.tunnel(vxlan, MacAddress.ZERO, peer.underlay));
    netlink.addressAdd(Address.of(vxlan, new IpPrefix(inside, 24)));
  }

  /** Captures the frames that arrive on the wire. */
  Capture captureWire() {
    return Capture.open(namespace, wire().index());
  }

  /** Captures the frames that leave the tunnel. */
  Capture captureTunnel() {
    return Capture.open(namespace, netlink.link("vxlan").orElseThrow().index());
  }

  /** Runs a command in the namespace, which must succeed. */
  void command(String... line) {
    try {
      int status =
          namespace.<Integer, Exception>call(
              () -> new ProcessBuilder(line).inheritIO().start().waitFor());
      if (status != 0) {
        throw new IllegalStateException(String.join(" ", line) + " ended with " + status);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void filter(String rules) {
    try (Nftables nftables = Nftables.open(namespace)) {
      nftables.runPlain(rules);
    }
  }

  /** The counters of {@code /proc/net/xfrm_stat}, all of which count errors. */
  Map<String, Long> errors() {
    try {
      return namespace
          .<java.util.List<String>, IOException>call(
              () -> Files.readAllLines(Path.of("/proc/thread-self/net/xfrm_stat")))
          .stream()
          .map(line -> line.strip().split("\\s+"))
          .collect(Collectors.toMap(parts -> parts[0], parts -> Long.parseLong(parts[1])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    xfrm.close();
    netlink.close();
    namespace.close();
  }
}
