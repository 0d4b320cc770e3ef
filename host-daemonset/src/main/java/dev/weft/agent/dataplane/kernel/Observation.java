package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The observed kernel state of the node and its sandboxes.
 *
 * @param sandboxes by file of the namespace
 * @param wireless names of wireless interfaces
 * @param softChecksum indexes of the node's VXLAN devices without checksum offload
 * @param hasIpv6 whether the kernel runs with IPv6
 * @param settings changed settings of the whole node, by path
 * @param arpIgnore {@code net.ipv4.conf.all.arp_ignore}
 * @param forwarding whether the node forwards, by path of the setting
 */
public record Observation(
    View node,
    List<Neighbour> neighbours,
    List<FdbEntry> fdb,
    Map<String, Sight> sandboxes,
    Set<String> wireless,
    Set<Integer> softChecksum,
    boolean hasIpv6,
    Map<String, NodeSettings.Kept> settings,
    String arpIgnore,
    Map<String, String> forwarding) {

  /** Returns an observation of one sandbox and of the devices that it is connected to. */
  static Observation of(List<Link> node, String file, Sight sandbox) {
    return new Observation(
        new View(node, List.of(), List.of()),
        List.of(),
        List.of(),
        Map.of(file, sandbox),
        Set.of(),
        Set.of(),
        true,
        Map.of(),
        "",
        Map.of());
  }

  /** Returns what was seen of a sandbox. */
  public Sight sandbox(String file) {
    return sandboxes.getOrDefault(file, Sight.GONE);
  }

  /**
   * A sandbox, seen or not.
   *
   * @param why the reason if it is unreadable
   */
  public record Sight(Optional<View> view, String why) {
    static final Sight GONE =
        new Sight(Optional.empty(), "the sandbox's network namespace can not be entered");

    static Sight of(View view) {
      return new Sight(Optional.of(view), "");
    }

    static Sight unreadable(RuntimeException why) {
      return new Sight(
          Optional.empty(), "the sandbox's network can not be read: " + why.getMessage());
    }
  }

  /**
   * The view of one namespace.
   *
   * @param ours Weft's interfaces in a sandbox, by index
   */
  public record View(
      List<Link> links, List<Address> addresses, List<Route> routes, Map<Integer, Owner> ours) {
    public View(List<Link> links, List<Address> addresses, List<Route> routes) {
      this(links, addresses, routes, Map.of());
    }

    public boolean isOurs(Link link) {
      return ours.containsKey(link.index());
    }

    public Optional<Link> link(String name) {
      return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }

    public Optional<Link> link(int index) {
      return links.stream().filter(link -> link.index() == index).findFirst();
    }

    /** Whether a foreign default route of the IP family exists. */
    public boolean hasForeignDefault(boolean ipv4) {
      return routes.stream()
          .anyMatch(route ->
              route.destination().length() == 0
                  && route.table() == Route.MAIN
                  && route.type() == Route.Type.UNICAST
                  && !(route.protocol() == HostKernel.ROUTE_PROTOCOL
                      && ours.containsKey(route.link()))
                  && (route.destination().address().getAddress().length == 4) == ipv4);
    }
  }
}
