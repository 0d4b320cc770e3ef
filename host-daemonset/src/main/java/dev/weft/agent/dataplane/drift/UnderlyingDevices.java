package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.netlink.rtnl.Link;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What networks need of devices that are not ours: macvlan parents, the interface that holds the
 * tunnels' address, and that nothing is in the way.
 *
 * @param users UIDs of networks, by the name of a device that may be missing
 * @param seen the devices as the last reconcile saw them
 * @param stuck UIDs of networks that could not be made; whichever device goes may have been in
 *     their way
 */
public record UnderlyingDevices(
    Map<String, Set<String>> users, Map<String, Trait> seen, Set<String> stuck) {
  public static final UnderlyingDevices NONE = new UnderlyingDevices(Map.of(), Map.of(), Set.of());

  /** What of such a device matters to a network. */
  record Trait(int index, int mtu, int master) {
    static Trait of(Link link) {
      return new Trait(link.index(), link.mtu(), link.master());
    }
  }

  public static UnderlyingDevices of(NodeSpec wish, NodeContext ground, DesiredState design) {
    Map<String, Set<String>> users = new HashMap<>();
    Optional<String> holder = wish.vtep().flatMap(ground::holder).map(Link::name);
    for (NetworkSpec network : wish.networks().values()) {
      for (String name : names(network, holder)) {
        users.merge(
            name,
            Set.of(network.uid()),
            (a, b) ->
                java.util.stream.Stream.concat(a.stream(), b.stream()).collect(Collectors.toSet()));
      }
    }
    Map<String, Trait> seen = new HashMap<>();
    users
        .keySet()
        .forEach(name -> ground.link(name).ifPresent(link -> seen.put(name, Trait.of(link))));
    Set<String> stuck =
        wish.networks().values().stream()
            .map(NetworkSpec::uid)
            .filter(uid -> design.held().contains(Owner.network(uid)))
            .collect(Collectors.toSet());
    return new UnderlyingDevices(users, seen, stuck);
  }

  private static List<String> names(NetworkSpec network, Optional<String> holder) {
    if (network.spec().overlay() != null) {
      return holder.stream().toList();
    }
    String parent = network.spec().macvlan() == null ? null : network.spec().macvlan().parent();
    if (parent == null) {
      return List.of();
    }
    int dot = parent.lastIndexOf('.');
    return dot < 0 ? List.of(parent) : List.of(parent, parent.substring(0, dot));
  }

  /** The networks that must be looked at, now that the device is so. */
  Set<String> shakenBy(String name, Optional<Link> now) {
    Set<String> shaken = new HashSet<>();
    if (!Optional.ofNullable(seen.get(name)).equals(now.map(Trait::of))) {
      shaken.addAll(users.getOrDefault(name, Set.of()));
    }
    if (now.isEmpty()) {
      shaken.addAll(stuck);
    }
    return shaken;
  }
}
