package dev.weft.agent.dataplane;

import dev.weft.netlink.Address;
import dev.weft.netlink.FdbEntry;
import dev.weft.netlink.Link;
import dev.weft.netlink.Neighbour;
import dev.weft.netlink.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel says, of the node and of its sandboxes.
 *
 * @param sandboxes by file of the namespace; one that can not be entered is missing
 * @param wireless names of wireless interfaces
 * @param softChecksum indexes of the node's VXLAN devices that do not leave checksums to the card
 */
record Observation(
    View node,
    List<Neighbour> neighbours,
    List<FdbEntry> fdb,
    Map<String, View> sandboxes,
    Set<String> wireless,
    Set<Integer> softChecksum) {

  /** The view of one namespace. */
  record View(List<Link> links, List<Address> addresses, List<Route> routes) {
    Optional<Link> link(String name) {
      return links.stream().filter(link -> link.name().equals(name)).findFirst();
    }

    Optional<Link> link(int index) {
      return links.stream().filter(link -> link.index() == index).findFirst();
    }

    /** Whether packets leave by a default route of the address's family that we did not make. */
    boolean hasForeignDefault(boolean ipv4) {
      return routes.stream()
          .anyMatch(route ->
              route.destination().length() == 0
                  && route.table() == Route.MAIN
                  && route.type() == Route.Type.UNICAST
                  && route.protocol() != Kernel.ROUTE_PROTOCOL
                  && (route.destination().address().getAddress().length == 4) == ipv4);
    }
  }
}
