package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.Underlays;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.rtnl.Route;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * The node's addresses and routes that networks depend on, as of the last choice of its underlay.
 * The kernel also reports changes of only a lifetime, which do not count.
 *
 * @param seen the node then; empty before the first choice
 * @param ours whether the link with this index is a Weft device
 * @param links the current links by index
 */
public record Surroundings(
    Optional<Observation.View> seen, IntPredicate ours, IntFunction<Optional<Link>> links) {

  /** The kind of change. */
  public enum Shift {
    /** An address of the node, or a destination of its routes. */
    REACH,
    /** The node's default route. */
    WAY_OUT
  }

  /** Returns what a notification means; empty if nothing changed. */
  public Optional<Shift> of(Notification notification) {
    if (seen.isEmpty()) {
      return Optional.empty();
    }
    return switch (notification) {
      case Notification.AddressChanged(Address address) ->
          reach(isOfNode(address) && !seen.get().addresses().contains(address));
      case Notification.AddressRemoved(Address address) ->
          reach(
              isOfNode(address)
                  && seen.get().addresses().stream()
                      .anyMatch(each ->
                          each.link() == address.link() && each.prefix().equals(address.prefix())));
      case Notification.RouteChanged(Route route) -> shift(route, !has(route));
      case Notification.RouteRemoved(Route route) -> shift(route, has(route));
      case Notification.LinkChanged _,
          Notification.LinkRemoved _,
          Notification.BridgePortChanged _,
          Notification.BridgePortRemoved _,
          Notification.NeighbourChanged _,
          Notification.NeighbourRemoved _,
          Notification.FdbChanged _,
          Notification.FdbRemoved _,
          Notification.SettingChanged _,
          Notification.Overrun _ ->
          Optional.empty();
    };
  }

  private static Optional<Shift> reach(boolean matters) {
    return matters ? Optional.of(Shift.REACH) : Optional.empty();
  }

  private boolean isOfNode(Address address) {
    return !address.prefix().address().isLinkLocalAddress()
        && !ours.test(address.link())
        && links.apply(address.link()).filter(Link::isUp).isPresent();
  }

  private boolean has(Route route) {
    return seen.get().routes().stream()
        .anyMatch(each ->
            each.destination().equals(route.destination())
                && each.link() == route.link()
                && each.metric() == route.metric()
                && each.table() == route.table());
  }

  private Optional<Shift> shift(Route route, boolean isNew) {
    if (!isNew || !Underlays.leadsOn(route) || ours.test(route.link()) || isOfOnePod(route)) {
      return Optional.empty();
    }
    return Optional.of(route.destination().length() == 0 ? Shift.WAY_OUT : Shift.REACH);
  }

  /** Many network plugins add such a route for each pod; the next choice reads it. */
  private boolean isOfOnePod(Route route) {
    return route.destination().length() == route.destination().address().getAddress().length * 8
        && links
            .apply(route.link())
            .filter(link -> !(link.kind() instanceof LinkKind.Veth))
            .isEmpty();
  }
}
