package dev.weft.agent.dataplane;

import dev.weft.api.Driver;
import dev.weft.netlink.Link;
import dev.weft.netlink.LinkKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The rules of a network that is held: what of it stands stays as restricted as before. Only its
 * own bridges count, whatever names it asks for. Pure.
 */
final class Standing {
  private Standing() {}

  static List<Rules> rules(String name, NetworkWish wish, Ground ground) {
    List<Link> mine =
        ground.observation().node().links().stream()
            .filter(link ->
                ground
                    .ownership()
                    .of(link)
                    .filter(owner -> owner.uid().equals(wish.uid()) && owner.endpoint().isEmpty())
                    .isPresent())
            .toList();
    List<Rules> rules = new ArrayList<>();
    for (Link link : mine) {
      if (link.kind() instanceof LinkKind.Bridge) {
        rules.add(rules(name, wish, link.name(), ground, tunnel(mine)));
      }
    }
    return rules;
  }

  /**
   * The rules of what nobody wishes any more and could not be removed: nothing passes. A tunnel of
   * a clear overlay still takes frames from peers only.
   */
  static List<Rules> stuck(Ground ground) {
    List<Link> links =
        ground.observation().node().links().stream()
            .filter(link -> ground.stuck().contains(link.name()) && ground.isOurs(link))
            .toList();
    List<Rules> rules = new ArrayList<>();
    for (Link link : links) {
      if (link.kind() instanceof LinkKind.Bridge) {
        rules.add(Rules.of(link.name(), EnumSet.allOf(Rules.Restriction.class)));
      } else if (link.kind() instanceof LinkKind.Vxlan vxlan
          && (vxlan.port() == null || !ground.secrecy().ports().contains(vxlan.port()))) {
        rules.add(
            new Rules(
                link.name(),
                EnumSet.allOf(Rules.Restriction.class),
                List.of(),
                tunnel(List.of(link))));
      }
    }
    return rules;
  }

  private static Rules rules(
      String name, NetworkWish wish, String bridge, Ground ground, Optional<Kind.Vxlan> tunnel) {
    if (tunnel.isPresent()) {
      return OverlayDriver.rules(bridge, wish.spec(), tunnel.get());
    }
    try {
      if (Driver.of(wish.spec().driver()).equals(Optional.of(Driver.BRIDGE))) {
        return BridgeDriver.rules(Network.of(name, ground.wish().node(), wish), bridge);
      }
    } catch (Unbuildable unreadable) {
      // the strictest
    }
    return Rules.of(bridge, EnumSet.allOf(Rules.Restriction.class));
  }

  private static Optional<Kind.Vxlan> tunnel(List<Link> links) {
    for (Link link : links) {
      if (link.kind() instanceof LinkKind.Vxlan vxlan) {
        Integer port = vxlan.port();
        return Optional.of(
            new Kind.Vxlan(
                vxlan.vni(), port == null ? 0 : port, Optional.ofNullable(vxlan.local()), true));
      }
    }
    return Optional.empty();
  }
}
