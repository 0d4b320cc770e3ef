package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads from a sandbox only what its endpoints need, and only up to a bound, because processes
 * control the amount.
 */
public final class SandboxView {
  /** Maximum number of links that a starting agent searches for children of unknown index. */
  private static final int LINKS = 1024;

  /** Maximum number of addresses of an endpoint's interface, for each family. */
  private static final int ADDRESSES = 1024;

  /** Maximum number of unicast routes in the main table, for each family. */
  private static final int ROUTES = 4096;

  private final Netlink netlink;
  private final Map<Integer, Link> links = new LinkedHashMap<>();
  private final Map<Integer, Owner> ours = new HashMap<>();

  private SandboxView(Netlink netlink) {
    this.netlink = netlink;
  }

  /**
   * Reads the sandbox.
   *
   * @param node Weft's devices on the node, by name
   * @param first whether no index is known, and an earlier agent may have left routes
   * @throws NetlinkException if there is more than the bounds allow, or it changes all the time;
   *     the handle can then only be closed
   */
  static Observation.View read(
      Netlink netlink,
      List<Expected> expected,
      Function<String, Optional<Link>> node,
      boolean first) {
    SandboxView view = new SandboxView(netlink);
    expected.forEach(each -> view.find(each, node, first));
    List<Address> addresses = new ArrayList<>();
    view.ours.keySet().forEach(link -> addresses.addAll(netlink.addresses(link, ADDRESSES)));
    boolean routed = first || expected.stream().anyMatch(Expected::routes);
    return new Observation.View(
        List.copyOf(view.links.values()), addresses, view.routes(routed), view.ours);
  }

  /**
   * Reads what a new endpoint, or one that gets its address, needs.
   *
   * @param known Weft's interfaces there, by index
   */
  public static Observation.View brief(
      Netlink netlink, Expected expected, Map<Integer, Owner> known) {
    SandboxView view = new SandboxView(netlink);
    view.ours.putAll(known);
    if (expected.known() != 0) {
      netlink
          .link(expected.known())
          .filter(SandboxView::isMade)
          .ifPresentOrElse(view::add, () -> view.ours.remove(expected.known()));
    }
    netlink.link(expected.name()).ifPresent(view::add);
    return new Observation.View(
        List.copyOf(view.links.values()), List.of(), view.routes(expected.routes()), view.ours);
  }

  /** Whether a link in a sandbox is of a kind that Weft creates there. */
  public static boolean isMade(Link link) {
    return link.kind() instanceof LinkKind.Veth || Expected.isChild(link);
  }

  private List<Route> routes(boolean wanted) {
    return wanted ? netlink.mainRoutes(ROUTES) : List.of();
  }

  private void find(Expected expected, Function<String, Optional<Link>> node, boolean first) {
    Optional<Link> named = netlink.link(expected.name());
    named.ifPresent(this::add);
    Optional<Link> hostEnd = node.apply(expected.hostEnd());
    if (hostEnd.isPresent()) {
      netlink
          .link(hostEnd.get().parent())
          .filter(link -> Expected.isVeth(link, hostEnd.get()))
          .ifPresent(link -> add(link, expected.owner()));
      return;
    }
    if (expected.known() != 0) {
      netlink
          .link(expected.known())
          .filter(Expected::isChild)
          .ifPresent(link -> add(link, expected.owner()));
    } else if (first) {
      search(expected, named.filter(expected::mayBe));
    }
  }

  private void search(Expected expected, Optional<Link> named) {
    named.ifPresent(link -> add(link, expected.owner()));
    for (Link link : netlink.links(LINKS)) {
      boolean elsewhere = named.isEmpty() && expected.mayBe(link);
      if (elsewhere || expected.isLeftHalfMade(link)) {
        add(link, expected.owner());
      }
    }
  }

  private void add(Link link) {
    links.put(link.index(), link);
  }

  private void add(Link link, Owner owner) {
    add(link);
    ours.putIfAbsent(link.index(), owner);
  }
}
