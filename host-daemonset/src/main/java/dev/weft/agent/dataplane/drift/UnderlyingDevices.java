package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.api.OverlayTunnel;
import dev.weft.netlink.Ipv6Conf;
import dev.weft.netlink.rtnl.Ipv4Conf;
import dev.weft.netlink.rtnl.Link;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What networks need of foreign devices: macvlan parents, the interface with the VTEP address, and
 * that no device takes a needed name.
 *
 * @param users UIDs of networks, by the name of a device that may be missing
 * @param seen the devices as the last reconcile saw them
 * @param stuck UIDs of networks that could not be built; any device that goes may have blocked them
 * @param forwarding what networks need
 * @param tunnels UIDs of overlays, by the UDP port that a foreign tunnel would share
 */
public record UnderlyingDevices(
    Map<String, Set<String>> users,
    Map<String, Trait> seen,
    Set<String> stuck,
    Forwarding forwarding,
    Map<Integer, Set<String>> tunnels) {
  public static final UnderlyingDevices NONE =
      new UnderlyingDevices(Map.of(), Map.of(), Set.of(), new Forwarding(false, false), Map.of());

  /** The IP versions for which the node forwards packets. */
  record Forwarding(boolean ipv4, boolean ipv6) {}

  /**
   * The properties of such a device that affect networks.
   *
   * @param stops whether the device does not forward packets although the node should
   */
  record Trait(int index, int mtu, int master, boolean up, boolean stops) {
    static Trait of(Link link, Forwarding forwarding) {
      return new Trait(
          link.index(),
          link.mtu(),
          link.master(),
          link.isUp(),
          (forwarding.ipv4 && Integer.valueOf(0).equals(link.ipv4().get(Ipv4Conf.FORWARDING)))
              || (forwarding.ipv6
                  && Integer.valueOf(0).equals(link.ipv6().get(Ipv6Conf.FORWARDING))));
    }
  }

  public static UnderlyingDevices of(NodeSpec nodeSpec, NodeContext context, DesiredState design) {
    Map<String, Set<String>> users = new HashMap<>();
    Below below = Below.of(nodeSpec, context);
    for (NetworkSpec network : nodeSpec.networks().values()) {
      for (String name : names(network, below)) {
        users.merge(name, Set.of(network.uid()), UnderlyingDevices::both);
      }
    }
    // watch a device that has the name of a Weft device, to notice when it goes
    design.obstacles().forEach((name, uids) -> users.merge(name, uids, UnderlyingDevices::both));
    Map<Integer, Set<String>> tunnels = tunnels(nodeSpec);
    context
        .tunnelsOfOthers()
        .forEach((name, port) ->
            users.merge(name, tunnels.getOrDefault(port, Set.of()), UnderlyingDevices::both));
    Forwarding needed =
        new Forwarding(
            isDesired(design, Item.Setting.FORWARD_IPV4),
            isDesired(design, Item.Setting.FORWARD_IPV6));
    // enabling forwarding for the node enables it on each device, and is about to happen
    Forwarding now =
        new Forwarding(
            needed.ipv4 && isOn(context, Item.Setting.FORWARD_IPV4),
            needed.ipv6 && isOn(context, Item.Setting.FORWARD_IPV6));
    Map<String, Trait> seen = new HashMap<>();
    users
        .keySet()
        .forEach(name -> context.link(name).ifPresent(link -> seen.put(name, Trait.of(link, now))));
    Set<String> stuck =
        nodeSpec.networks().values().stream()
            .map(NetworkSpec::uid)
            .filter(uid -> design.held().contains(Owner.network(uid)))
            .collect(Collectors.toSet());
    return new UnderlyingDevices(users, seen, stuck, needed, tunnels);
  }

  private static Map<Integer, Set<String>> tunnels(NodeSpec nodeSpec) {
    Map<Integer, Set<String>> tunnels = new HashMap<>();
    for (NetworkSpec network : nodeSpec.networks().values()) {
      OverlayTunnel tunnel = network.spec().overlay();
      Integer port = tunnel == null ? null : tunnel.port();
      if (port != null) {
        tunnels.merge(port, Set.of(network.uid()), UnderlyingDevices::both);
      }
    }
    return tunnels;
  }

  private static Set<String> both(Set<String> some, Set<String> others) {
    return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
  }

  private static boolean isDesired(DesiredState design, String path) {
    return design.state().get(new Item.Key.OfSetting(path)).isPresent();
  }

  private static boolean isOn(NodeContext context, String path) {
    return "1".equals(context.observation().forwarding().get(path));
  }

  /**
   * The devices by which networks leave the node.
   *
   * @param tunnels devices that hold the VTEP address or carry tunnels
   * @param bridges devices by which packets of bridges leave the node
   */
  private record Below(List<String> tunnels, List<String> bridges) {
    static Below of(NodeSpec nodeSpec, NodeContext context) {
      return new Below(
          nodeSpec.vtep().stream()
              .flatMap(vtep -> context.carriers(vtep).stream())
              .map(Link::name)
              .toList(),
          context.ways().uplinks().stream().map(Link::name).toList());
    }
  }

  private static List<String> names(NetworkSpec network, Below below) {
    if (network.spec().overlay() != null) {
      return below.tunnels();
    }
    String parent = network.spec().macvlan() == null ? null : network.spec().macvlan().parent();
    if (parent == null) {
      return below.bridges();
    }
    int dot = parent.lastIndexOf('.');
    return dot < 0 ? List.of(parent) : List.of(parent, parent.substring(0, dot));
  }

  /** Returns the networks that the device's new state affects. */
  Set<String> shakenBy(String name, Optional<Link> now) {
    Set<String> shaken = new HashSet<>();
    if (!Optional.ofNullable(seen.get(name)).equals(now.map(link -> Trait.of(link, forwarding)))) {
      shaken.addAll(users.getOrDefault(name, Set.of()));
    }
    if (now.isEmpty()) {
      shaken.addAll(stuck);
    }
    return shaken;
  }

  /** Returns the overlays whose UDP port a new foreign tunnel shares. */
  Set<String> joinedBy(Link link) {
    return seen.containsKey(link.name()) || Owner.of(link).isPresent()
        ? Set.of()
        : NodeContext.tunnelPort(link).map(tunnels::get).orElse(Set.of());
  }
}
