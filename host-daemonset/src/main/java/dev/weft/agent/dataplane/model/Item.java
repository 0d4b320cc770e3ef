package dev.weft.agent.dataplane.model;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.Optional;

/** An object in the kernel that Weft owns. Equal desired and observed items need no change. */
public sealed interface Item
    permits Item.Device,
        Item.Address,
        Item.Route,
        Item.Forward,
        Item.Neighbour,
        Item.Setting,
        Item.Filter,
        IpsecItem,
        GuardItem {
  Owner owner();

  /** The identity; a change of other values keeps it. */
  Key key();

  /** The device whose removal removes this item too. */
  Optional<DeviceName> standsOn();

  /**
   * Whether no change is needed to reach {@code desired}. The kernel stores the owner of a device,
   * but not that of an entry.
   */
  default boolean isAsDesired(Item desired) {
    return switch (this) {
      case Device device ->
          desired instanceof Device other
              && device.conf.meets(other.conf)
              && device.withConf(other.conf).equals(other);
      case Setting _, Filter _, IpsecItem _ -> equals(desired);
      case Address address ->
          new Address(desired.owner(), address.device, address.prefix, address.routed)
              .equals(desired);
      case Route route ->
          new Route(desired.owner(), route.device, route.destination, route.gateway)
              .equals(desired);
      case Forward forward ->
          new Forward(desired.owner(), forward.device, forward.mac, forward.vtep).equals(desired);
      case Neighbour neighbour ->
          new Neighbour(desired.owner(), neighbour.device, neighbour.address, neighbour.mac)
              .equals(desired);
      case GuardItem.Table _ -> equals(desired);
      case GuardItem.Entry entry ->
          new GuardItem.Entry(desired.owner(), entry.set(), entry.entry(), entry.value())
              .equals(desired);
    };
  }

  /** Identity of an item. */
  sealed interface Key
      permits Key.OfDevice,
          Key.OfAddress,
          Key.OfRoute,
          Key.OfForward,
          Key.OfNeighbour,
          Key.OfSetting,
          Key.OfFilter,
          GuardItem.GuardKey,
          IpsecItem.IpsecKey {
    record OfDevice(DeviceName device) implements Key {}

    record OfAddress(DeviceName device, IpPrefix prefix) implements Key {}

    record OfRoute(DeviceName device, IpPrefix destination) implements Key {}

    /** Only the flood entry, for the zero MAC address, has several destinations. */
    record OfForward(
        String device, MacAddress mac, boolean tunnel, Optional<InetAddress> floodDestination)
        implements Key {}

    record OfNeighbour(String device, InetAddress address) implements Key {}

    record OfSetting(String path) implements Key {}

    record OfFilter() implements Key {}
  }

  /**
   * A device.
   *
   * @param conf of the end on the node, or of a device in a sandbox
   * @param marked whether all of its ends carry the owner's mark
   */
  record Device(
      Owner owner,
      DeviceName name,
      DeviceKind kind,
      MacAddress mac,
      int mtu,
      boolean up,
      Optional<BridgeMembership> port,
      IpConf conf,
      boolean marked)
      implements Item {

    /** A device with its mark. */
    public Device(
        Owner owner,
        DeviceName name,
        DeviceKind kind,
        MacAddress mac,
        int mtu,
        boolean up,
        Optional<BridgeMembership> port,
        IpConf conf) {
      this(owner, name, kind, mac, mtu, up, port, conf, true);
    }

    /** A device that, on the node, accepts no configuration from the wire. */
    public Device(
        Owner owner,
        DeviceName name,
        DeviceKind kind,
        MacAddress mac,
        int mtu,
        boolean up,
        Optional<BridgeMembership> port) {
      this(
          owner,
          name,
          kind,
          mac,
          mtu,
          up,
          port,
          name.place().isNode() ? IpConf.QUIET : IpConf.SANDBOX);
    }

    @Override
    public Key key() {
      return new Key.OfDevice(name);
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return switch (kind) {
        case DeviceKind.Macvlan(String parent, _) -> Optional.of(DeviceName.onNode(parent));
        case DeviceKind.Vlan(String parent, _) -> Optional.of(DeviceName.onNode(parent));
        case DeviceKind.Bridge _, DeviceKind.Vxlan _, DeviceKind.Veth _, DeviceKind.Other _ ->
            Optional.empty();
      };
    }

    /** The device that carries its addresses: itself, or the interface in the sandbox. */
    public DeviceName inner() {
      return kind instanceof DeviceKind.Veth(DeviceName peer, _, _, _) ? peer : name;
    }

    /** Whether its interface in a sandbox needs Weft's mark or settings again. */
    public boolean isUnsettled(Device desired) {
      return !marked
          || !conf.meets(desired.conf)
          || (kind instanceof DeviceKind.Veth veth && veth.altered());
    }

    /** Whether the device that carries its addresses is up. */
    public boolean innerUp() {
      return kind instanceof DeviceKind.Veth(_, _, boolean peerUp, _) ? peerUp : up;
    }

    Device withPort(Optional<BridgeMembership> other) {
      return new Device(owner, name, kind, mac, mtu, up, other, conf, marked);
    }

    public Device withConf(IpConf other) {
      return new Device(owner, name, kind, mac, mtu, up, port, other, marked);
    }

    @Override
    public String toString() {
      return "%s: %s, %s, MTU %d%s%s"
          .formatted(
              name, kind, mac, mtu, port.map(p -> ", port of " + p).orElse(""), up ? "" : ", down");
    }
  }

  /**
   * An address of a device.
   *
   * @param routed whether the kernel's route to the address's network exists
   */
  record Address(Owner owner, DeviceName device, IpPrefix prefix, boolean routed) implements Item {
    /** An address with the route that the kernel makes for it. */
    public Address(Owner owner, DeviceName device, IpPrefix prefix) {
      this(owner, device, prefix, true);
    }

    @Override
    public Key key() {
      return new Key.OfAddress(device, prefix);
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return Optional.of(device);
    }

    @Override
    public String toString() {
      return "address %s on %s%s"
          .formatted(prefix, device, routed ? "" : ", without the route to its network");
    }
  }

  /** A route. */
  record Route(Owner owner, DeviceName device, IpPrefix destination, Optional<InetAddress> gateway)
      implements Item {
    @Override
    public Key key() {
      return new Key.OfRoute(device, destination);
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return Optional.of(device);
    }

    @Override
    public String toString() {
      return "route to %s%s by %s"
          .formatted(
              destination, gateway.map(g -> " via " + g.getHostAddress()).orElse(""), device);
    }
  }

  /**
   * A forwarding entry. With {@code vtep} it leads to another node (in the VXLAN device), otherwise
   * out of the device (in its bridge).
   */
  record Forward(Owner owner, String device, MacAddress mac, Optional<InetAddress> vtep)
      implements Item {
    @Override
    public Key key() {
      boolean flood = mac.equals(MacAddress.ZERO);
      return new Key.OfForward(device, mac, vtep.isPresent(), flood ? vtep : Optional.empty());
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return Optional.of(DeviceName.onNode(device));
    }

    @Override
    public String toString() {
      return vtep.map(
              v -> "forwarding of %s on %s to %s".formatted(mac, device, v.getHostAddress()))
          .orElseGet(() -> "forwarding of %s out of %s".formatted(mac, device));
    }
  }

  /** A neighbour entry, from which the device answers ARP or neighbour discovery. */
  record Neighbour(Owner owner, String device, InetAddress address, MacAddress mac)
      implements Item {
    @Override
    public Key key() {
      return new Key.OfNeighbour(device, address);
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return Optional.of(DeviceName.onNode(device));
    }

    @Override
    public String toString() {
      return "neighbour %s at %s on %s".formatted(address.getHostAddress(), mac, device);
    }
  }

  /**
   * A setting of the whole node, or of a foreign device. Weft stores the earlier value and restores
   * it when nothing needs the setting any more.
   *
   * @param path below {@code /proc/sys}
   */
  record Setting(String path, String value) implements Item {
    public static final String FORWARD_IPV4 = "net/ipv4/ip_forward";
    public static final String FORWARD_IPV6 = "net/ipv6/conf/all/forwarding";

    /** Makes a device accept router advertisements although it forwards. */
    public static Setting advertisements(String device) {
      return new Setting("net/ipv6/conf/" + device + "/accept_ra", "2");
    }

    public boolean isOfDevice() {
      return path.endsWith("/accept_ra");
    }

    @Override
    public Owner owner() {
      return Owner.NODE;
    }

    @Override
    public Key key() {
      return new Key.OfSetting(path);
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return "setting %s = %s".formatted(path, value);
    }
  }

  /**
   * The packet filter, one table for all networks.
   *
   * @param text the table in nft's syntax
   */
  record Filter(String text) implements Item {
    /** Whether this is a table to install, not one that another program changed. */
    public boolean isTable() {
      return text.startsWith("table ");
    }

    @Override
    public Owner owner() {
      return Owner.NODE;
    }

    @Override
    public Key key() {
      return new Key.OfFilter();
    }

    @Override
    public Optional<DeviceName> standsOn() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return "packet filter, table " + NftTable.FILTER;
    }
  }
}
