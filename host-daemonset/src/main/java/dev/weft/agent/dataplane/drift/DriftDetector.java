package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.driver.NodeContext;
import dev.weft.agent.dataplane.kernel.DeviceIndexes;
import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Notification;
import dev.weft.netlink.rtnl.Route;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * Distinguishes drift from notifications of Weft's own changes. A notification only says where to
 * look; only a difference from the last reconcile is drift. So a second notification of a repair
 * finds no difference.
 */
public record DriftDetector(
    HostKernel kernel,
    LastApplied lastApplied,
    DeviceIndexes indexes,
    UnderlyingDevices foundations) {
  /** Foreign tunnels: a sandbox may be able to add and remove them endlessly. */
  private static final String OTHERS = "foreign tunnels";

  /**
   * A difference from the last reconcile.
   *
   * @param uids of the networks; empty if unknown
   * @param restless what may change at will, such as the endpoint of a sandbox or the bridge of
   *     foreign ports; empty if repairs need no delay
   */
  public record Drift(Set<String> uids, String what, String restless) {
    Drift(String uid, String what) {
      this(Set.of(uid), what, "");
    }

    Drift(Set<String> uids, String what) {
      this(uids, what, "");
    }

    /** Drift of a device that a sandbox can take down or remove. */
    static Drift of(Item.Device device, String what) {
      return new Drift(Set.of(device.owner().uid()), what, device.owner().endpoint());
    }
  }

  public Optional<Drift> of(Notification notification) {
    return switch (notification) {
      case Notification.LinkChanged(Link link) -> link(link);
      case Notification.LinkRemoved(Link link) -> gone(link);
      case Notification.BridgePortChanged(int index, _, _) -> linkNow(index);
      case Notification.BridgePortRemoved(int index, _) -> linkNow(index);
      case Notification.AddressChanged(var address) ->
          address(address.link(), address.prefix(), true);
      case Notification.AddressRemoved(var address) ->
          address(address.link(), address.prefix(), false);
      case Notification.RouteChanged(Route route) -> route(route);
      case Notification.RouteRemoved(var route) ->
          removed(
                  new Item.Key.OfRoute(deviceAt(route.link()), route.destination()),
                  "a route was removed")
              .or(() -> connectedRemoved(route));
      case Notification.NeighbourChanged(Neighbour neighbour) -> neighbour(neighbour);
      case Notification.NeighbourRemoved(Neighbour neighbour) ->
          removed(
              new Item.Key.OfNeighbour(deviceAt(neighbour.link()).name(), neighbour.address()),
              "a neighbour entry was removed");
      case Notification.FdbChanged(FdbEntry entry) -> forwardChanged(entry);
      case Notification.FdbRemoved(FdbEntry entry) -> forwardRemoved(entry);
      case Notification.SettingChanged(boolean ipv4, int link) ->
          link == Notification.SettingChanged.ALL_LINKS
              ? shared(ipv4)
              : kernel.netlink().link(link).flatMap(this::link);
      case Notification.Overrun _ ->
          Optional.of(
              new Drift(
                  Set.of(), "the kernel changed faster than the agent could read", "overrun"));
    };
  }

  /** Detects a route that a router advertised on a Weft device. */
  private Optional<Drift> route(Route route) {
    return route.protocol() == HostKernel.ADVERTISED
        ? device(deviceAt(route.link()))
            .map(device ->
                Drift.of(device, "the kernel accepted a router advertisement on " + device.name()))
        : Optional.empty();
  }

  /** Detects that the route went which the kernel made with an address. */
  private Optional<Drift> connectedRemoved(Route route) {
    DeviceName name = deviceAt(route.link());
    return route.table() != Route.MAIN
        ? Optional.empty()
        : device(name)
            .filter(_ -> kernel.netlink().link(name.name()).filter(Link::isUp).isPresent())
            .filter(device ->
                lastApplied.items().stream()
                    .anyMatch(item ->
                        item instanceof Item.Address address
                            && address.device().equals(name)
                            && address.prefix().network().equals(route.destination())))
            .map(device ->
                new Drift(
                    device.owner().uid(),
                    "the route to %s by %s was removed".formatted(route.destination(), name)));
  }

  private Optional<Drift> shared(boolean ipv4) {
    return lastApplied.items().stream()
        .filter(item ->
            item instanceof Item.Setting(String path, String value)
                && path.startsWith(ipv4 ? "net/ipv4/" : "net/ipv6/")
                && !kernel.setting(path).equals(value))
        .findFirst()
        .map(item -> new Drift(Owner.NODE.uid(), item + " was changed"));
  }

  /** Compares all devices. */
  public Optional<Drift> devices() {
    return kernel.netlink().links().stream()
        .filter(link -> device(DeviceName.onNode(link.name())).isPresent())
        .flatMap(link -> link(link).stream())
        .findFirst();
  }

  private Optional<Drift> linkNow(int index) {
    Optional<String> name = nameAt(index);
    return name.flatMap(n -> kernel.netlink().link(n)).flatMap(this::link);
  }

  private Optional<Drift> link(Link notified) {
    DeviceName name = DeviceName.onNode(notified.name());
    Optional<Item.Device> left = device(name);
    if (left.isEmpty()) {
      return renamed(notified)
          .or(() -> madeRoom(notified))
          .or(() -> foreignPort(notified))
          .or(() -> foundation(notified))
          .or(() -> tunnel(notified));
    }
    Item.Device device = left.get();
    Optional<Link> now = kernel.netlink().link(notified.name());
    if (now.isEmpty()) {
      return Optional.of(Drift.of(device, name + " was removed"));
    }
    Link link = now.get();
    int master = device.port().map(port -> indexes.of(port.bridge()).orElse(-1)).orElse(0);
    boolean same =
        indexes.of(link.name()).equals(Optional.of(link.index()))
            && link.mtu() == device.mtu()
            && link.isUp() == device.up()
            && device.mac().equals(link.address())
            && Owner.of(link.alias()).equals(Optional.of(device.owner()))
            && link.group() == Owner.GROUP
            && link.master() == master
            && samePort(device, link)
            && IpConf.of(link).meets(device.conf())
            && !(device.kind() instanceof DeviceKind.Veth && device.innerUp() && !link.isLowerUp())
            && !(device.kind() instanceof DeviceKind.Bridge kind
                && link.kind() instanceof LinkKind.Bridge bridge
                && !kind.equals(DeviceKind.Bridge.of(bridge)))
            && !(device.kind() instanceof DeviceKind.Vxlan tunnel
                && tunnel.txChecksum() != kernel.txChecksum(link.index()));
    return same ? Optional.empty() : Optional.of(Drift.of(device, name + " was changed"));
  }

  /** Detects a Weft device with a new name. */
  private Optional<Drift> renamed(Link notified) {
    return device(deviceAt(notified.index()))
        .filter(left -> isElsewhere(notified.index(), left.name().name()))
        .map(left ->
            Drift.of(
                left,
                "%s was renamed to %s"
                    .formatted(left.name(), ForeignPort.printable(notified.name()))));
  }

  /** Detects that a foreign device gave up a name that a network may wait for. */
  private Optional<Drift> madeRoom(Link notified) {
    return nameAt(notified.index())
        .filter(before -> !before.equals(notified.name()))
        .filter(before -> kernel.netlink().link(before).isEmpty())
        .flatMap(before -> {
          Set<String> shaken = foundations.shakenBy(before, Optional.empty());
          return shaken.isEmpty()
              ? Optional.empty()
              : Optional.of(
                  new Drift(
                      shaken,
                      "%s was renamed to %s"
                          .formatted(before, ForeignPort.printable(notified.name()))));
        });
  }

  private boolean isElsewhere(int index, String name) {
    return kernel.netlink().link(index).filter(now -> !now.name().equals(name)).isPresent();
  }

  private static boolean samePort(Item.Device device, Link link) {
    var port = link.port();
    return device.port().isEmpty()
        || port == null
        || device.port().get().equals(BridgeMembership.of(device.port().get().bridge(), port));
  }

  private Optional<Drift> gone(Link notified) {
    DeviceName name = DeviceName.onNode(notified.name());
    boolean back =
        kernel
            .netlink()
            .link(notified.name())
            .filter(link -> indexes.of(link.name()).equals(Optional.of(link.index())))
            .isPresent();
    return back
        ? Optional.empty()
        : device(name)
            .map(left -> Drift.of(left, name + " was removed"))
            .or(() -> foundation(notified));
  }

  /**
   * Detects a foreign port of a Weft bridge that is not shut. It uses the index, because the name
   * may not be valid text.
   */
  private Optional<Drift> foreignPort(Link notified) {
    return device(deviceAt(notified.master()))
        .filter(device -> device.kind() instanceof DeviceKind.Bridge)
        .filter(_ ->
            kernel
                .netlink()
                .link(notified.index())
                .filter(now -> now.master() == notified.master() && !ForeignPort.isShut(now))
                .isPresent())
        .map(bridge ->
            new Drift(
                Set.of(bridge.owner().uid()),
                "%s, which is not Weft's, was put into %s"
                    .formatted(ForeignPort.printable(notified.name()), bridge.name()),
                bridge.name().name()));
  }

  private Optional<Drift> foundation(Link notified) {
    String name = notified.name();
    Set<String> shaken = foundations.shakenBy(name, kernel.netlink().link(name));
    return shaken.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Drift(
                shaken,
                name + ", which networks use or wait for, was changed",
                NodeContext.tunnelPort(notified).isPresent() ? OTHERS : ""));
  }

  /** Detects a foreign tunnel at one of Weft's UDP ports. */
  private Optional<Drift> tunnel(Link notified) {
    Set<String> overlays =
        kernel.netlink().link(notified.index()).map(foundations::joinedBy).orElse(Set.of());
    return overlays.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Drift(
                overlays,
                ForeignPort.printable(notified.name()) + " shares its UDP port with them",
                OTHERS));
  }

  private Optional<Drift> address(int link, IpPrefix prefix, boolean added) {
    DeviceName name = deviceAt(link);
    boolean left = lastApplied.get(new Item.Key.OfAddress(name, prefix)).isPresent();
    boolean matters =
        !prefix.address().isLinkLocalAddress() && device(name).isPresent() && left != added;
    return matters
        ? device(name)
            .map(device ->
                new Drift(
                    device.owner().uid(),
                    "%s %s %s"
                        .formatted(prefix, added ? "was added to" : "was removed from", name)))
        : Optional.empty();
  }

  private Optional<Drift> neighbour(Neighbour notified) {
    return lastApplied
        .get(new Item.Key.OfNeighbour(deviceAt(notified.link()).name(), notified.address()))
        .filter(item ->
            item instanceof Item.Neighbour(_, _, _, MacAddress mac)
                && !(mac.equals(notified.mac()) && notified.state() == Neighbour.State.PERMANENT))
        .map(item -> new Drift(item.owner().uid(), item + " was changed"));
  }

  private Optional<Drift> forwardChanged(FdbEntry entry) {
    InetAddress to = entry.destination();
    boolean multicast = entry.mac().isMulticast();
    boolean ours = device(deviceAt(entry.link())).isPresent();
    if (!ours || multicast || to == null) {
      return Optional.empty();
    }
    Item.Key key = key(entry);
    Optional<Item> left = lastApplied.get(key);
    boolean same =
        left.filter(item ->
                item instanceof Item.Forward forward && forward.vtep().equals(Optional.of(to)))
            .isPresent();
    return same
        ? Optional.empty()
        : device(deviceAt(entry.link()))
            .map(device ->
                new Drift(
                    device.owner().uid(),
                    "forwarding of %s on %s was changed".formatted(entry.mac(), device.name())));
  }

  private Optional<Drift> forwardRemoved(FdbEntry entry) {
    return removed(key(entry), "forwarding of %s was removed".formatted(entry.mac()));
  }

  private Item.Key key(FdbEntry entry) {
    return new Item.Forward(
            Owner.NODE,
            deviceAt(entry.link()).name(),
            entry.mac(),
            Optional.ofNullable(entry.destination()))
        .key();
  }

  private Optional<Drift> removed(Item.Key key, String what) {
    return lastApplied.get(key).map(item -> new Drift(item.owner().uid(), what + ": " + item));
  }

  private Optional<Item.Device> device(DeviceName name) {
    return lastApplied.get(new Item.Key.OfDevice(name)).map(item -> (Item.Device) item);
  }

  private DeviceName deviceAt(int index) {
    return DeviceName.onNode(nameAt(index).orElse(""));
  }

  private Optional<String> nameAt(int index) {
    return indexes.nameOf(index);
  }
}
