package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.api.Driver;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Rules of a held network: its devices stay as restricted as before. It uses the bridges with the
 * network's mark, whatever names its spec has. Any process that creates a device can give it Weft's
 * mark, and a name that no table accepts. Pure.
 */
final class StandingRules {
  private StandingRules() {}

  static List<FilterRules> rules(String name, NetworkSpec networkSpec, NodeContext context) {
    List<Link> mine =
        context.observation().node().links().stream()
            .filter(link ->
                context
                    .ownership()
                    .of(link)
                    .filter(owner ->
                        owner.uid().equals(networkSpec.uid()) && owner.endpoint().isEmpty())
                    .isPresent())
            .toList();
    List<Link> ownTunnel =
        mine.stream().filter(link -> link.name().equals(Network.vxlan(networkSpec.uid()))).toList();
    List<FilterRules> rules = new ArrayList<>();
    for (Link link : mine) {
      if (link.kind() instanceof LinkKind.Bridge && FilterRules.takes(link.name())) {
        rules.add(rules(name, networkSpec, link.name(), context, tunnel(ownTunnel)));
      }
    }
    return rules;
  }

  /**
   * Returns the rules of devices that are no longer desired but stuck: they drop everything. A
   * tunnel of a clear overlay still accepts frames only from peers.
   */
  static List<FilterRules> stuck(NodeContext context) {
    List<Link> links =
        context.observation().node().links().stream()
            .filter(link -> context.stuck().contains(link.name()) && context.isOurs(link))
            .filter(link -> FilterRules.takes(link.name()))
            .toList();
    List<FilterRules> rules = new ArrayList<>();
    for (Link link : links) {
      if (link.kind() instanceof LinkKind.Bridge) {
        rules.add(FilterRules.of(link.name(), EnumSet.allOf(FilterRules.Restriction.class)));
      } else if (link.kind() instanceof LinkKind.Vxlan vxlan
          && (vxlan.port() == null || !context.secrecy().ports().contains(vxlan.port()))) {
        rules.add(
            new FilterRules(
                link.name(),
                EnumSet.allOf(FilterRules.Restriction.class),
                List.of(),
                tunnel(List.of(link))));
      }
    }
    return rules;
  }

  private static FilterRules rules(
      String name,
      NetworkSpec networkSpec,
      String bridge,
      NodeContext context,
      Optional<DeviceKind.Vxlan> tunnel) {
    if (tunnel.isPresent()) {
      return OverlayDriver.rules(bridge, networkSpec.spec(), tunnel.get());
    }
    try {
      if (Driver.of(networkSpec.spec().driver()).equals(Optional.of(Driver.BRIDGE))) {
        return BridgeDriver.rules(Network.of(name, context.nodeSpec().node(), networkSpec), bridge);
      }
    } catch (Unbuildable unreadable) {
      // fall back to the strictest rules
    }
    return FilterRules.of(bridge, EnumSet.allOf(FilterRules.Restriction.class));
  }

  private static Optional<DeviceKind.Vxlan> tunnel(List<Link> links) {
    for (Link link : links) {
      if (link.kind() instanceof LinkKind.Vxlan vxlan) {
        Integer port = vxlan.port();
        return Optional.of(
            new DeviceKind.Vxlan(
                vxlan.vni(), port == null ? 0 : port, Optional.ofNullable(vxlan.local()), true));
      }
    }
    return Optional.empty();
  }
}
