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
 * What of the node itself networks depend on: its addresses and routes, as they were when the
 * node's underlay was last chosen. The kernel also reports what only got another lifetime.
 *
 * @param seen the node then; empty before
 * @param ours whether a link, by its index, is a device of ours
 * @param links the links by index, as they are
 */
public record Surroundings(
    Optional<Observation.View> seen, IntPredicate ours, IntFunction<Optional<Link>> links) {

  /** What changed. */
  public enum Shift {
    /** An address of the node, or a network that it has a route to. */
    REACH,
    /** The node's way out. */
    WAY_OUT
  }

  /** What a notification means; empty: nothing, or nothing new. */
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

  /** Of such there is one for each pod of many network plugins; the next look sees them. */
  private boolean isOfOnePod(Route route) {
    return route.destination().length() == route.destination().address().getAddress().length * 8
        && links
            .apply(route.link())
            .filter(link -> !(link.kind() instanceof LinkKind.Veth))
            .isEmpty();
  }
}
