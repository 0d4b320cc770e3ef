package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.BridgePort;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Route;
import dev.weft.netlink.rtnl.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds Weft's items in an observation. Pure. */
public final class ObservedState {
  private final Observation observation;
  private final Ownership ownership;
  private final Map<Integer, Link> links = new HashMap<>();
  private final List<Item> items = new ArrayList<>();

  /**
   * Identifies Weft's items.
   *
   * @param lostMarks owners of Weft's devices that lost their mark, by index
   * @param sandboxes where endpoints live, as far as known
   * @param sandboxAddresses addresses that Weft set in sandboxes; others belong to the sandbox
   */
  public record Ownership(
      Map<Integer, Owner> lostMarks, Map<Owner, String> sandboxes, Set<Item.Key> sandboxAddresses) {
    public Optional<Owner> of(Link link) {
      return link.alias().isEmpty() && lostMarks.containsKey(link.index())
          ? Optional.of(lostMarks.get(link.index()))
          : Owner.of(link);
    }
  }

  private ObservedState(Observation observation, Ownership ownership) {
    this.observation = observation;
    this.ownership = ownership;
    observation.node().links().forEach(link -> links.put(link.index(), link));
  }

  public static State in(Observation observation, Ownership ownership) {
    ObservedState observed = new ObservedState(observation, ownership);
    observed.node();
    observation
        .sandboxes()
        .forEach((file, sight) -> sight.view().ifPresent(view -> observed.sandbox(file, view)));
    return State.of(observed.items);
  }

  private void node() {
    Map<Integer, Item.Device> ours = new HashMap<>();
    for (Link link : links.values()) {
      ownership
          .of(link)
          .ifPresent(owner -> ours.put(link.index(), device(link, NamespaceRef.NODE, owner)));
    }
    items.addAll(ours.values());
    entries(observation.node(), ours, links);
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
    NamespaceRef place = new NamespaceRef(file);
    Map<Integer, Item.Device> ours = new HashMap<>();
    Map<Integer, Link> inside = new HashMap<>();
    view.ours()
        .forEach((index, owner) ->
            view.link(index)
                .ifPresent(link -> {
                  inside.put(index, link);
                  ours.put(index, device(link, place, owner));
                }));
    for (Item.Device device : ours.values()) {
      // The item of the node's end includes the sandbox's end of a veth pair.
      if (!(device.kind() instanceof DeviceKind.Veth)) {
        items.add(device);
      }
    }
    entries(view, ours, inside);
  }

  /** A route to a network, by a device. */
  private record Way(int link, IpPrefix network) {}

  /** The networks that routes of the main table lead to directly. */
  private static Set<Way> connected(Observation.View view) {
    return view.routes().stream()
        .filter(route -> route.table() == Route.MAIN && route.type() == Route.Type.UNICAST)
        .map(route -> new Way(route.link(), route.destination()))
        .collect(Collectors.toSet());
  }

  private void entries(
      Observation.View view, Map<Integer, Item.Device> ours, Map<Integer, Link> devices) {
    Set<Way> connected = connected(view);
    for (Address address : view.addresses()) {
      Item.Device device = ours.get(address.link());
      if (device != null && address.scope() == Scope.UNIVERSE) {
        IpPrefix prefix = address.prefix();
        Link link = devices.get(address.link());
        boolean routed =
            prefix.length() == 8 * prefix.address().getAddress().length
                // the kernel makes the route again when the device comes up
                || (link != null && !link.isUp())
                || connected.contains(new Way(address.link(), prefix.network()));
        Item item = new Item.Address(device.owner(), device.name(), prefix, routed);
        if (device.name().place().isNode() || ownership.sandboxAddresses().contains(item.key())) {
          items.add(item);
        }
      }
    }
    for (Route route : view.routes()) {
      Item.Device device = ours.get(route.link());
      if (device != null && isOurs(route, device.name().place())) {
        items.add(
            new Item.Route(
                device.owner(),
                device.name(),
                route.destination(),
                Optional.ofNullable(route.gateway())));
      }
    }
  }

  /** Weft creates only default routes in a sandbox. */
  private static boolean isOurs(Route route, NamespaceRef place) {
    return route.protocol() == HostKernel.ROUTE_PROTOCOL
        && (place.isNode() || route.destination().length() == 0);
  }

  private Item.Device device(Link link, NamespaceRef place, Owner owner) {
    Optional<Link> inside =
        link.kind() instanceof LinkKind.Veth ? inside(link, owner) : Optional.empty();
    boolean marked = isMarked(link, owner) && inside.filter(it -> !isMarked(it, owner)).isEmpty();
    return new Item.Device(
        owner,
        new DeviceName(place, link.name()),
        kind(link, owner, inside),
        mac(link),
        link.mtu(),
        link.isUp(),
        port(link),
        IpConf.of(link),
        marked);
  }

  private static boolean isMarked(Link link, Owner owner) {
    return link.alias().equals(owner.alias()) && link.group() == Owner.GROUP;
  }

  private static MacAddress mac(Link link) {
    MacAddress address = link.address();
    return address == null ? MacAddress.ZERO : address;
  }

  private Optional<BridgeMembership> port(Link link) {
    Link bridge = links.get(link.master());
    BridgePort port = link.port();
    if (bridge == null || link.master() == 0) {
      return Optional.empty();
    }
    return port == null
        ? Optional.of(new BridgeMembership(bridge.name(), false, false, true))
        : Optional.of(BridgeMembership.of(bridge.name(), port));
  }

  private DeviceKind kind(Link link, Owner owner, Optional<Link> inside) {
    return switch (link.kind()) {
      case LinkKind.Bridge bridge -> DeviceKind.Bridge.of(bridge);
      // its frames travel in the namespace where another process created it
      case LinkKind.Vxlan _ when link.parentNamespace() >= 0 ->
          new DeviceKind.Other("vxlan of another namespace");
      case LinkKind.Vxlan vxlan -> {
        Integer port = vxlan.port();
        yield new DeviceKind.Vxlan(
            vxlan.vni(),
            port == null ? 0 : port,
            Optional.ofNullable(vxlan.local()),
            !observation.softChecksum().contains(link.index()));
      }
      case LinkKind.Veth _ -> veth(link, owner, inside);
      case LinkKind.Macvlan(int parent, LinkKind.Macvlan.Mode mode) ->
          new DeviceKind.Macvlan(nameOf(parent), mode);
      case LinkKind.Vlan(int parent, int id) -> new DeviceKind.Vlan(nameOf(parent), id);
      case LinkKind.Dummy _, LinkKind.Other _ -> new DeviceKind.Other(link.kind().name());
    };
  }

  private DeviceKind veth(Link hostEnd, Owner owner, Optional<Link> inside) {
    NamespaceRef place = new NamespaceRef(ownership.sandboxes().getOrDefault(owner, "?"));
    return inside
        .map(link ->
            new DeviceKind.Veth(
                new DeviceName(place, link.name()),
                mac(link),
                link.isUp(),
                link.mtu() != hostEnd.mtu() || !IpConf.of(link).meets(IpConf.SANDBOX)))
        .orElseGet(() ->
            new DeviceKind.Veth(
                new DeviceName(new NamespaceRef("?"), "?"), MacAddress.ZERO, false));
  }

  /** The sandbox's end of a veth pair. */
  private Optional<Link> inside(Link hostEnd, Owner owner) {
    return observation
        .sandbox(ownership.sandboxes().getOrDefault(owner, ""))
        .view()
        .flatMap(
            view -> view.link(hostEnd.parent()).filter(link -> Expected.isVeth(link, hostEnd)));
  }

  private String nameOf(int index) {
    Link link = links.get(index);
    return link == null ? "?" : link.name();
  }
}
