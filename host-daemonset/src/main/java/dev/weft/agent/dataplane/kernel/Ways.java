package dev.weft.agent.dataplane.kernel;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Route;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The devices by which packets leave the node, by its main table. Pure.
 *
 * @param ours devices of networks, which are no uplinks
 */
public record Ways(Observation.View node, Predicate<Link> ours) {

  /** The default routes, one a family at most. */
  List<Route> defaults() {
    return Stream.of(IpPrefix.ALL_IPV4, IpPrefix.ALL_IPV6)
        .flatMap(all -> best(usable().filter(route -> route.destination().equals(all))).stream())
        .toList();
  }

  /** The devices of the default routes, one a family at most. */
  public List<Link> out() {
    return defaults().stream()
        .flatMap(route -> node.link(route.link()).stream())
        .distinct()
        .toList();
  }

  /** The devices of the default routes; without one, those of all routes. */
  public List<Link> uplinks() {
    List<Link> out = out();
    return out.isEmpty()
        ? usable().flatMap(route -> node.link(route.link()).stream()).distinct().toList()
        : out;
  }

  /** Returns the device by which an address is reached. */
  Optional<Link> to(InetAddress address) {
    return best(usable()
            .filter(route ->
                route.destination().address().getAddress().length == address.getAddress().length
                    && route.destination().contains(address)))
        .flatMap(route -> node.link(route.link()));
  }

  /**
   * Returns the devices by which tunnel packets leave. This is the device with their address,
   * unless no packet leaves by it, as with an address announced by a routing protocol.
   *
   * @param peers destinations of the tunnels
   */
  public List<Link> below(Link holder, Collection<InetAddress> peers) {
    if (!isVirtual(holder)) {
      return List.of(holder);
    }
    List<Link> ways = peers.stream().flatMap(peer -> to(peer).stream()).distinct().toList();
    if (!ways.isEmpty()) {
      return ways;
    }
    return uplinks();
  }

  /** Returns the device with the smallest MTU; empty if there is none. */
  public static Optional<Link> narrowest(List<Link> links) {
    return links.stream().min(Comparator.comparingInt(Link::mtu));
  }

  /** Whether the device only holds addresses. */
  static boolean isVirtual(Link link) {
    return link.isLoopback() || link.kind() instanceof LinkKind.Dummy;
  }

  private Stream<Route> usable() {
    return node.routes().stream()
        .filter(route ->
            route.table() == Route.MAIN
                && route.type() == Route.Type.UNICAST
                && !route.destination().address().isLinkLocalAddress()
                && !route.destination().address().isMulticastAddress()
                && node.link(route.link())
                    .filter(link -> link.isUp() && !isVirtual(link) && !ours.test(link))
                    .isPresent());
  }

  private static Optional<Route> best(Stream<Route> routes) {
    return routes.min(
        Comparator.comparingInt((Route route) -> -route.destination().length())
            .thenComparingLong(Route::metric));
  }
}
