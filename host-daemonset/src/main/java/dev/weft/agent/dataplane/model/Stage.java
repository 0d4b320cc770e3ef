package dev.weft.agent.dataplane.model;

/**
 * The order of changes. Changes of one stage need no order among each other.
 *
 * <ul>
 *   <li>The packet filter changes after removals of what it restricts, and before additions.
 *   <li>Entries go before their devices; devices come before their entries.
 *   <li>Entries and devices are removed before anything is added, to make room.
 *   <li>Rules against clear text come before the devices, and go after them.
 *   <li>IPsec states come before the policies that name them, and go after them.
 *   <li>The UDP ports of IPsec states are open for as long as the states exist.
 *   <li>The node keeps accepting advertisements before it starts to forward.
 *   <li>Settings of the whole node are restored last.
 * </ul>
 */
public enum Stage {
  REMOVE_ENTRIES,
  REMOVE_TOP_DEVICES,
  REMOVE_BASE_DEVICES,
  REMOVE_POLICIES,
  FILTER,
  ADVERTISEMENTS,
  SHARED,
  PORTS,
  STATES,
  POLICIES,
  BASE_DEVICES,
  TOP_DEVICES,
  ADDRESSES,
  ENTRIES,
  REMOVE_STATES,
  REMOVE_PORTS,
  UNSHARED;

  public static Stage of(Change change) {
    return switch (change) {
      case Change.Create(Item item) -> coming(item);
      case Change.Alter(_, Item item, _) -> coming(item);
      case Change.Remove(Item.Device device, _) ->
          isBase(device) ? REMOVE_BASE_DEVICES : REMOVE_TOP_DEVICES;
      case Change.Remove(Item.Filter _, _) -> FILTER;
      case Change.Remove(GuardItem _, _) -> FILTER;
      case Change.Remove(IpsecItem.SecurityPolicy _, _) -> REMOVE_POLICIES;
      case Change.Remove(IpsecItem.SecurityState _, _) -> REMOVE_STATES;
      case Change.Remove(IpsecItem.EspPort _, _) -> REMOVE_PORTS;
      case Change.Remove(Item.Setting _, _) -> UNSHARED;
      case Change.Remove _ -> REMOVE_ENTRIES;
    };
  }

  private static Stage coming(Item item) {
    return switch (item) {
      case Item.Filter _, GuardItem _ -> FILTER;
      case Item.Setting setting when setting.isOfDevice() -> ADVERTISEMENTS;
      case Item.Setting _ -> SHARED;
      case IpsecItem.EspPort _ -> PORTS;
      case IpsecItem.SecurityState _ -> STATES;
      case IpsecItem.SecurityPolicy _ -> POLICIES;
      case Item.Device device -> isBase(device) ? BASE_DEVICES : TOP_DEVICES;
      case Item.Address _ -> ADDRESSES;
      case Item.Route _, Item.Forward _, Item.Neighbour _ -> ENTRIES;
    };
  }

  private static boolean isBase(Item.Device device) {
    return switch (device.kind()) {
      case DeviceKind.Bridge _, DeviceKind.Vlan _ -> true;
      case DeviceKind.Vxlan _, DeviceKind.Veth _, DeviceKind.Macvlan _, DeviceKind.Other _ -> false;
    };
  }
}
