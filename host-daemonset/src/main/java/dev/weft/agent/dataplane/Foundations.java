package dev.weft.agent.dataplane;

import dev.weft.netlink.Link;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What networks need of devices that are not ours: macvlan parents, the interface that holds the
 * tunnels' address, and that nothing is in the way.
 *
 * @param users UIDs of networks, by the name of a device that may be missing
 * @param seen the devices as the last reconcile saw them
 * @param stuck UIDs of networks that could not be made; whichever device goes may have been in
 *     their way
 */
record Foundations(Map<String, Set<String>> users, Map<String, Trait> seen, Set<String> stuck) {
  static final Foundations NONE = new Foundations(Map.of(), Map.of(), Set.of());

  /** What of such a device matters to a network. */
  record Trait(int index, int mtu, int master) {
    static Trait of(Link link) {
      return new Trait(link.index(), link.mtu(), link.master());
    }
  }

  static Foundations of(NodeWish wish, Ground ground, Design design) {
    Map<String, Set<String>> users = new HashMap<>();
    Below below = Below.of(wish, ground);
    for (NetworkWish network : wish.networks().values()) {
      for (String name : names(network, below)) {
        users.merge(
            name,
            Set.of(network.uid()),
            (a, b) -> Stream.concat(a.stream(), b.stream()).collect(Collectors.toSet()));
      }
    }
    Map<String, Trait> seen = new HashMap<>();
    users
        .keySet()
        .forEach(name -> ground.link(name).ifPresent(link -> seen.put(name, Trait.of(link))));
    Set<String> stuck =
        wish.networks().values().stream()
            .map(NetworkWish::uid)
            .filter(uid -> design.held().contains(Owner.network(uid)))
            .collect(Collectors.toSet());
    return new Foundations(users, seen, stuck);
  }

  /**
   * The devices that networks of a kind leave the node by.
   *
   * @param tunnels those that hold the tunnels' address or carry them
   * @param bridges those of the default routes
   */
  private record Below(List<String> tunnels, List<String> bridges) {
    static Below of(NodeWish wish, Ground ground) {
      Optional<Link> holder = wish.vtep().flatMap(ground::holder);
      return new Below(
          holder.stream()
              .flatMap(link ->
                  Stream.concat(
                      Stream.of(link), ground.ways().below(link, wish.senders()).stream()))
              .map(Link::name)
              .distinct()
              .toList(),
          ground.ways().out().stream().map(Link::name).toList());
    }
  }

  private static List<String> names(NetworkWish network, Below below) {
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
