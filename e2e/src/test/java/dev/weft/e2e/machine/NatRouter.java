package dev.weft.e2e.machine;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.nft.Nftables;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A router between two wires that translates one node's address to another, in both directions and
 * for every port, like a public or elastic address of a cloud.
 */
final class NatRouter implements AutoCloseable {
  private static final LinkSettings UP = LinkSettings.builder().up(true).build();
  private static final InetAddress INSIDE = InetAddress.ofLiteral("198.51.100.254");

  private final Ends ends;
  private final NetworkNamespace namespace = NetworkNamespace.createUnnamed();
  private final Netlink netlink = Netlink.open(namespace);

  private NatRouter(Ends ends) {
    this.ends = ends;
  }

  static NatRouter of(Ends ends) {
    NatRouter router = new NatRouter(ends);
    router.translate();
    return router;
  }

  private void translate() {
    try {
      var _ =
          namespace.<Path, IOException>call(
              () -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (Nftables nftables = Nftables.open(namespace)) {
      nftables.runPlain(
          """
          table ip nat {
            chain in { type nat hook prerouting priority -100; ip daddr %1$s dnat to %2$s; }
            chain out { type nat hook postrouting priority 100; ip saddr %2$s snat to %1$s; }
          }
          """
              .formatted(ends.published().getHostAddress(), ends.local().getHostAddress()));
    }
  }

  /** Lays a wire to a switch, and one to the node. */
  void wireTo(Netlink ports, AgentNode node) {
    AgentNode.plug(ports, node.name(), namespace);
    netlink.linkAdd(new LinkSpec("lan", new LinkKind.Bridge(), UP));
    up("eth0", ends.published());
    up("lan", INSIDE);
    node.wireTo(netlink);
    String _ = node.command("ip", "route", "add", "default", "via", INSIDE.getHostAddress());
  }

  private void up(String link, InetAddress address) {
    int index = netlink.link(link).orElseThrow().index();
    netlink.linkSet(index, UP);
    netlink.addressAdd(Address.of(index, new IpPrefix(address, 24)));
  }

  @Override
  public void close() {
    netlink.close();
    namespace.close();
  }
}
