package dev.weft.netlink.examples;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Request;
import dev.weft.netlink.rtnl.Route;
import java.net.InetAddress;
import java.util.List;

/** Connects two network namespaces by a veth pair, and asks the kernel for a route. */
final class TwoNamespaces {
  private TwoNamespaces() {}

  static Route connect() {
    LinkSettings up = LinkSettings.builder().up(true).build();
    try (NetworkNamespace left = NetworkNamespace.createUnnamed();
        NetworkNamespace right = NetworkNamespace.createUnnamed();
        Netlink inLeft = Netlink.open(left);
        Netlink inRight = Netlink.open(right)) {
      LinkSettings there = LinkSettings.builder().namespace(right).build();
      Link link = inLeft.linkAdd(new LinkSpec("v0", new LinkKind.Veth("v1", there), up));
      Link peer = inRight.link("v1").orElseThrow();
      inRight.linkSet(peer.index(), up);
      inRight.addressAdd(Address.of(peer.index(), IpPrefix.parse("192.0.2.2/24")));

      // several changes in one system call; a failed one does not stop the others
      inLeft
          .execute(
              List.of(
                  new Request.AddressAdd(Address.of(link.index(), IpPrefix.parse("192.0.2.1/24"))),
                  new Request.RouteAdd(
                      Route.to(IpPrefix.parse("198.51.100.0/24"))
                          .via(InetAddress.ofLiteral("192.0.2.2"))
                          .build())))
          .forEach(outcome -> outcome.orThrow());
      return inLeft.routeTo(InetAddress.ofLiteral("198.51.100.7"));
    }
  }
}
