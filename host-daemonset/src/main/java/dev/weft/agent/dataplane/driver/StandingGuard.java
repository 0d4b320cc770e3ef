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
 * The elements of the source guard of what is held: it goes on as it stands, also when the table is
 * made anew. Any process that makes devices can set our mark, so a port must have its name too, and
 * a bridge's MAC address is the one that we give it. Pure.
 */
final class StandingGuard {
  private StandingGuard() {}

  /** Those that name a device, of what a network has on the node. */
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
