package dev.weft.agent.dataplane;

import dev.weft.netlink.Address;
import dev.weft.netlink.BridgePort;
import dev.weft.netlink.FdbEntry;
import dev.weft.netlink.Link;
import dev.weft.netlink.LinkKind;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.Neighbour;
import dev.weft.netlink.Route;
import dev.weft.netlink.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what is ours in an observation. Pure. */
final class Observed {
  private final Observation observation;
  private final Ownership ownership;
  private final Map<Integer, Link> links = new HashMap<>();
  private final List<Item> items = new ArrayList<>();

  /**
   * How we know our own.
   *
   * @param lostMarks owners of devices that we made and whose mark somebody took, by their index
   * @param sandboxes where endpoints live, as far as known
   * @param sandboxAddresses addresses in sandboxes that we gave; others there are the sandbox's own
   */
  record Ownership(
      Map<Integer, Owner> lostMarks, Map<Owner, String> sandboxes, Set<Item.Key> sandboxAddresses) {
    Optional<Owner> of(Link link) {
      return link.alias().isEmpty() && lostMarks.containsKey(link.index())
          ? Optional.of(lostMarks.get(link.index()))
          : Owner.of(link);
    }
  }

  private Observed(Observation observation, Ownership ownership) {
    this.observation = observation;
    this.ownership = ownership;
    observation.node().links().forEach(link -> links.put(link.index(), link));
  }

  static State in(Observation observation, Ownership ownership) {
    Observed observed = new Observed(observation, ownership);
    observed.node();
    observation.sandboxes().forEach(observed::sandbox);
    return State.of(observed.items);
  }

  private void node() {
    Map<Integer, Item.Device> ours = new HashMap<>();
    for (Link link : links.values()) {
      ownership
          .of(link)
          .ifPresent(owner -> ours.put(link.index(), device(link, Place.NODE, owner)));
    }
    items.addAll(ours.values());
    entries(observation.node(), ours);
    for (Neighbour neighbour : observation.neighbours()) {
      Item.Device device = ours.get(neighbour.link());
      MacAddress mac = neighbour.mac();
      if (device != null && mac != null && neighbour.state() == Neighbour.State.PERMANENT) {
        items.add(
            new Item.Neighbour(device.owner(), device.name().name(), neighbour.address(), mac));
      }
    }
    for (FdbEntry entry : observation.fdb()) {
      Item.Device device = ours.get(entry.link());
      if (device != null) {
        forward(device, entry).ifPresent(items::add);
      }
    }
  }

  private static Optional<Item> forward(Item.Device device, FdbEntry entry) {
    boolean tunnel =
        entry.flags().contains(FdbEntry.Flag.SELF)
            && entry.destination() != null
            && entry.state() == FdbEntry.State.PERMANENT;
    boolean outOfPort = entry.flags().contains(FdbEntry.Flag.MASTER) || entry.master() != 0;
    if (tunnel || (outOfPort && entry.state() == FdbEntry.State.STATIC)) {
      return Optional.of(
          new Item.Forward(
              device.owner(),
              device.name().name(),
              entry.mac(),
              tunnel ? Optional.ofNullable(entry.destination()) : Optional.empty()));
    }
    return Optional.empty();
  }

  private void sandbox(String file, Observation.View view) {
    Place place = new Place(file);
    Map<Integer, Item.Device> ours = new HashMap<>();
    for (Link link : view.links()) {
      Owner.of(link).ifPresent(owner -> ours.put(link.index(), device(link, place, owner)));
    }
    for (Item.Device device : ours.values()) {
      // The sandbox's end of a cable is part of the item of the node's end.
      if (!(device.kind() instanceof Kind.Veth)) {
        items.add(device);
      }
    }
    entries(view, ours);
  }

  private void entries(Observation.View view, Map<Integer, Item.Device> ours) {
    for (Address address : view.addresses()) {
      Item.Device device = ours.get(address.link());
      if (device != null && address.scope() == Scope.UNIVERSE) {
        Item item = new Item.Address(device.owner(), device.name(), address.prefix());
        if (device.name().place().isNode() || ownership.sandboxAddresses().contains(item.key())) {
          items.add(item);
        }
      }
    }
    for (Route route : view.routes()) {
      Item.Device device = ours.get(route.link());
      if (device != null && route.protocol() == Kernel.ROUTE_PROTOCOL) {
        items.add(
            new Item.Route(
                device.owner(),
                device.name(),
                route.destination(),
                Optional.ofNullable(route.gateway())));
      }
    }
  }

  private Item.Device device(Link link, Place place, Owner owner) {
    // A mark that was taken away must be set again: the item's owner tells the difference.
    Owner marked = Owner.of(link.alias()).isPresent() ? owner : owner.part("unmarked");
    return new Item.Device(
        marked,
        new DeviceName(place, link.name()),
        kind(link, owner),
        mac(link),
        link.mtu(),
        link.isUp(),
        port(link));
  }

  private static MacAddress mac(Link link) {
    MacAddress address = link.address();
    return address == null ? MacAddress.ZERO : address;
  }

  private Optional<Port> port(Link link) {
    Link bridge = links.get(link.master());
    BridgePort port = link.port();
    if (bridge == null || link.master() == 0) {
      return Optional.empty();
    }
    return port == null
        ? Optional.of(new Port(bridge.name(), false, true, false))
        : Optional.of(
            new Port(
                bridge.name(),
                Boolean.TRUE.equals(port.isolated()),
                !Boolean.FALSE.equals(port.learning()),
                Boolean.TRUE.equals(port.neighSuppress())));
  }

  private Kind kind(Link link, Owner owner) {
    return switch (link.kind()) {
      case LinkKind.Bridge _ -> new Kind.Bridge();
      case LinkKind.Vxlan vxlan -> {
        Integer port = vxlan.port();
        yield new Kind.Vxlan(
            vxlan.vni(),
            port == null ? 0 : port,
            Optional.ofNullable(vxlan.local()),
            !observation.softChecksum().contains(link.index()));
      }
      case LinkKind.Veth _ -> veth(owner);
      // in its sandbox more is to be set of it than can be seen: it is made anew
      case LinkKind.Macvlan _ when owner.equals(Owner.UNFINISHED) ->
          new Kind.Other("unfinished macvlan");
      case LinkKind.Macvlan(int parent, LinkKind.Macvlan.Mode mode) ->
          new Kind.Macvlan(nameOf(parent), mode);
      case LinkKind.Vlan(int parent, int id) -> new Kind.Vlan(nameOf(parent), id);
      case LinkKind.Dummy _, LinkKind.Other _ -> new Kind.Other(link.kind().name());
    };
  }

  private Kind veth(Owner owner) {
    String file = ownership.sandboxes().getOrDefault(owner, "");
    Observation.View view = observation.sandboxes().get(file);
    if (view != null) {
      for (Link link : view.links()) {
        if (Owner.of(link.alias()).filter(owner::equals).isPresent()) {
          return new Kind.Veth(
              new DeviceName(new Place(file), link.name()), mac(link), link.isUp());
        }
      }
    }
    return new Kind.Veth(new DeviceName(new Place("?"), "?"), MacAddress.ZERO, false);
  }

  private String nameOf(int index) {
    Link link = links.get(index);
    return link == null ? "?" : link.name();
  }
}
