package dev.weft.netlink.rtnl;

import static dev.weft.netlink.rtnl.IfLinkH.IFLA_EXT_MASK;
import static dev.weft.netlink.rtnl.IfLinkH.RTEXT_FILTER_SKIP_STATS;
import static dev.weft.netlink.rtnl.NeighbourH.NDA_MASTER;
import static dev.weft.netlink.wire.RtnetlinkH.AF_BRIDGE;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_GETADDR;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_GETLINK;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_GETNEIGH;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_GETROUTE;

import dev.weft.netlink.wire.Dump;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.RtnetlinkH;

/**
 * The lists that can be requested. With {@code NETLINK_GET_STRICT_CHK} unused header fields must be
 * zero.
 */
final class Dumps {
  static final Dump<Link> LINKS =
      new Dump<>(
          "list links",
          RTM_GETLINK,
          out -> {
            zeros(out, IfLinkH.IFINFOMSG);
            out.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
          },
          LinkReader::read);

  static final Dump<Address> ADDRESSES =
      new Dump<>(
          "list addresses",
          RTM_GETADDR,
          out -> zeros(out, RtnetlinkH.IFADDRMSG),
          payload -> AddressCodec.isIp(payload) ? AddressCodec.read(payload) : null);

  static final Dump<Route> ROUTES =
      new Dump<>(
          "list routes",
          RTM_GETROUTE,
          out -> zeros(out, RtnetlinkH.RTMSG),
          payload -> RouteCodec.isRoute(payload) ? RouteCodec.read(payload) : null);

  /** Addresses of one family on one link. */
  static Dump<Address> addresses(int family, int link) {
    return new Dump<>(
        "list addresses of a link",
        RTM_GETADDR,
        out -> {
          out.u32(family);
          out.u32(link);
        },
        payload ->
            payload.u8(0) == family && payload.u32(4) == link ? AddressCodec.read(payload) : null);
  }

  /** Unicast routes of one family in the main table. */
  static Dump<Route> mainRoutes(int family) {
    return new Dump<>(
        "list routes of the main table",
        RTM_GETROUTE,
        out -> {
          out.u32(family);
          out.u8(Route.MAIN);
          out.u8(0);
          out.u8(0);
          out.u8(RtnetlinkH.RTN_UNICAST);
          out.u32(0);
        },
        payload ->
            payload.u8(0) == family && RouteCodec.isRoute(payload)
                ? RouteCodec.read(payload)
                : null);
  }

  static final Dump<Neighbour> NEIGHBOURS =
      new Dump<>(
          "list neighbours",
          RTM_GETNEIGH,
          out -> zeros(out, NeighbourH.NDMSG),
          payload -> NeighbourCodec.isIp(payload) ? NeighbourCodec.readNeighbour(payload) : null);

  private Dumps() {}

  /**
   * Forwarding entries.
   *
   * @param link only those of this link, 0 for all
   * @param bridge only those of this bridge and its ports, 0 for all
   */
  static Dump<FdbEntry> fdb(int link, int bridge) {
    return new Dump<>(
        "list forwarding entries",
        RTM_GETNEIGH,
        out -> {
          out.u32(AF_BRIDGE);
          out.u32(link);
          out.u32(0);
          if (bridge != 0) {
            out.attributeU32(NDA_MASTER, bridge);
          }
        },
        payload -> NeighbourCodec.isFdb(payload) ? NeighbourCodec.readFdb(payload) : null);
  }

  private static void zeros(MessageWriter out, int bytes) {
    for (int i = 0; i < bytes; i += 4) {
      out.u32(0);
    }
  }
}
