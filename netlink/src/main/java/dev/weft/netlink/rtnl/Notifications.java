package dev.weft.netlink.rtnl;

import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.wire.RtnetlinkH.NETCONFA_IFINDEX;
import static dev.weft.netlink.wire.RtnetlinkH.NETCONFMSG;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELADDR;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELLINK;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELNEIGH;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELROUTE;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWADDR;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWLINK;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWNEIGH;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWNETCONF;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWROUTE;

import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Payload;
import org.jspecify.annotations.Nullable;

/** Decodes multicast messages. */
final class Notifications {
  private Notifications() {}

  /** {@code null} for a message of a kind that this package does not know. */
  static @Nullable Notification read(int type, Payload payload) {
    return switch (type) {
      case RTM_NEWLINK, RTM_DELLINK -> link(type == RTM_NEWLINK, payload);
      case RTM_NEWADDR, RTM_DELADDR -> address(type == RTM_NEWADDR, payload);
      case RTM_NEWROUTE, RTM_DELROUTE -> route(type == RTM_NEWROUTE, payload);
      case RTM_NEWNEIGH, RTM_DELNEIGH -> neighbour(type == RTM_NEWNEIGH, payload);
      case RTM_NEWNETCONF -> setting(payload);
      default -> null;
    };
  }

  private static @Nullable Notification setting(Payload payload) {
    Integer link = Attributes.in(payload.after(NETCONFMSG)).u32(NETCONFA_IFINDEX);
    int family = payload.u8(0);
    boolean isIp = family == AF_INET || family == AF_INET6;
    return link == null || !isIp ? null : new Notification.SettingChanged(family == AF_INET, link);
  }

  /** A bridge reports its ports with the same messages, but the link itself stays. */
  private static Notification link(boolean there, Payload payload) {
    if (LinkReader.isBridgePort(payload)) {
      int port = LinkReader.index(payload);
      int bridge = LinkReader.master(payload);
      return there
          ? new Notification.BridgePortChanged(port, bridge, LinkReader.protocolInfo(payload))
          : new Notification.BridgePortRemoved(port, bridge);
    }
    Link link = LinkReader.read(payload);
    return there ? new Notification.LinkChanged(link) : new Notification.LinkRemoved(link);
  }

  private static @Nullable Notification address(boolean there, Payload payload) {
    Address address = AddressCodec.isIp(payload) ? AddressCodec.read(payload) : null;
    if (address == null) {
      return null;
    }
    return there
        ? new Notification.AddressChanged(address)
        : new Notification.AddressRemoved(address);
  }

  private static @Nullable Notification route(boolean there, Payload payload) {
    if (!RouteCodec.isRoute(payload)) {
      return null;
    }
    Route route = RouteCodec.read(payload);
    return there ? new Notification.RouteChanged(route) : new Notification.RouteRemoved(route);
  }

  private static @Nullable Notification neighbour(boolean there, Payload payload) {
    if (NeighbourCodec.isFdb(payload)) {
      FdbEntry entry = NeighbourCodec.readFdb(payload);
      if (entry == null) {
        return null;
      }
      return there ? new Notification.FdbChanged(entry) : new Notification.FdbRemoved(entry);
    }
    Neighbour neighbour =
        NeighbourCodec.isIp(payload) ? NeighbourCodec.readNeighbour(payload) : null;
    if (neighbour == null) {
      return null;
    }
    return there
        ? new Notification.NeighbourChanged(neighbour)
        : new Notification.NeighbourRemoved(neighbour);
  }
}
