package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Source guard elements of held networks and endpoints, which stay in force even when the table is
 * reinstalled. Any process that creates devices can set Weft's mark. So a port must also have its
 * expected name, and a bridge the MAC address that Weft derives. Pure.
 */
final class StandingGuard {
  private StandingGuard() {}

  /** Returns the elements for a network's observed devices. */
  static List<Item> of(NetworkSpec network, NodeContext context) {
    List<Item> items = new ArrayList<>();
    for (Link link : context.observation().node().links()) {
      context
          .ownership()
          .of(link)
          .filter(owner -> owner.uid().equals(network.uid()))
          .ifPresent(owner -> items.addAll(of(link, owner, network, context.nodeSpec().node())));
    }
    return items;
  }

  private static List<Item> of(Link link, Owner owner, NetworkSpec network, String node) {
    Owner whole = Owner.network(owner.uid());
    return switch (link.kind()) {
      case LinkKind.Bridge _ ->
          GuardEntries.gateway(whole, Network.mac(node, owner.uid(), link.name()));
      case LinkKind.Vxlan _ ->
          link.name().equals(Network.vxlan(owner.uid())) && link.parentNamespace() < 0
              ? GuardEntries.port(whole, link.name())
              : List.of();
      case LinkKind.Veth _ -> {
        LocalEndpoint endpoint = network.local().get(owner.endpoint());
        yield endpoint == null || !link.name().equals(Network.hostEnd(owner.uid(), endpoint.id()))
            ? List.of()
            : GuardEntries.endpoint(owner, link.name(), endpoint);
      }
      case LinkKind.Macvlan _, LinkKind.Vlan _, LinkKind.Dummy _, LinkKind.Other _ -> List.of();
    };
  }
}
