package dev.weft.netlink.rtnl;

import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_DST;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_GATEWAY;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_MULTIPATH;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_OIF;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_PREFSRC;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_PRIORITY;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_TABLE;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_VIA;
import static dev.weft.netlink.wire.RtnetlinkH.RTMSG;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELROUTE;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_F_CLONED;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWROUTE;
import static dev.weft.netlink.wire.RtnetlinkH.RTNEXTHOP;

import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Malformed;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** {@code struct rtmsg}. */
final class RouteCodec {
  private static final int VIA_HEADER = 2;

  private RouteCodec() {}

  /** Whether it is an IPv4 or IPv6 route that is not from the kernel's cache. */
  static boolean isRoute(Payload payload) {
    int family = payload.u8(0);
    return (family == AF_INET || family == AF_INET6) && (payload.u32(8) & RTM_F_CLONED) == 0;
  }

  static void writeNew(MessageWriter out, Route route, int flags, int sequence) {
    write(out, RTM_NEWROUTE, route, scope(route), flags, sequence);
  }

  /** A removal without a scope matches every scope. */
  static void writeRemove(MessageWriter out, Route route, int flags, int sequence) {
    Scope scope = route.scope() != null ? route.scope() : Scope.NOWHERE;
    write(out, RTM_DELROUTE, route, scope, flags, sequence);
  }

  private static void write(
      MessageWriter out, int type, Route route, Scope scope, int flags, int sequence) {
    IpPrefix destination = route.destination().network();
    int family = family(destination.address());
    out.begin(type, flags, sequence);
    out.u8(family);
    out.u8(destination.length());
    out.u8(0);
    out.u8(0);
    out.u8(route.table() < 256 ? (int) route.table() : 0);
    out.u8(route.protocol());
    out.u8(scope.code);
    out.u8(route.type().code);
    out.u32(0);
    out.attribute(RTA_DST, destination.address());
    out.attributeU32(RTA_TABLE, (int) route.table());
    if (route.gateway() != null) {
      writeGateway(out, family, route.gateway());
    }
    if (route.link() != 0) {
      out.attributeU32(RTA_OIF, route.link());
    }
    if (route.source() != null) {
      out.attribute(RTA_PREFSRC, route.source());
    }
    if (route.metric() != 0) {
      out.attributeU32(RTA_PRIORITY, (int) route.metric());
    }
    out.end();
  }

  /** A gateway of the other family goes into {@code struct rtvia}. */
  private static void writeGateway(MessageWriter out, int family, InetAddress gateway) {
    if (family(gateway) == family) {
      out.attribute(RTA_GATEWAY, gateway);
      return;
    }
    byte[] bytes = gateway.getAddress();
    out.attribute(
        RTA_VIA,
        ByteBuffer.allocate(VIA_HEADER + bytes.length)
            .order(ByteOrder.nativeOrder())
            .putShort((short) family(gateway))
            .put(bytes)
            .array());
  }

  private static Scope scope(Route route) {
    if (route.scope() != null) {
      return route.scope();
    }
    boolean onLink =
        route.gateway() == null
            && (route.type() == Route.Type.UNICAST || route.type() == Route.Type.BROADCAST);
    return onLink && route.destination().address() instanceof Inet4Address
        ? Scope.LINK
        : route.type() == Route.Type.LOCAL ? Scope.HOST : Scope.UNIVERSE;
  }

  static Route read(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(RTMSG));
    Attributes hop = attributes.has(RTA_MULTIPATH) ? firstHop(attributes) : attributes;
    Integer link = attributes.u32(RTA_OIF);
    return new Route(
        destination(payload, attributes.address(RTA_DST)),
        gateway(hop),
        link != null ? link : firstHopLink(attributes),
        attributes.address(RTA_PREFSRC),
        Scope.of(payload.u8(6)),
        type(payload.u8(7)),
        payload.u8(5),
        Integer.toUnsignedLong(attributes.u32(RTA_PRIORITY, 0)),
        Integer.toUnsignedLong(attributes.u32(RTA_TABLE, payload.u8(4))));
  }

  private static IpPrefix destination(Payload payload, @Nullable InetAddress address) {
    int length = payload.u8(1);
    if (address == null) {
      address = (payload.u8(0) == AF_INET ? IpPrefix.ALL_IPV4 : IpPrefix.ALL_IPV6).address();
    }
    if (length > address.getAddress().length * 8) {
      throw Malformed.because("a route has a prefix of %d bits".formatted(length));
    }
    return new IpPrefix(address, length);
  }

  private static @Nullable InetAddress gateway(Attributes hop) {
    Payload via = hop.get(RTA_VIA);
    return via != null ? via.after(VIA_HEADER).address() : hop.address(RTA_GATEWAY);
  }

  /** The attributes of the first {@code struct rtnexthop}. */
  private static Attributes firstHop(Attributes attributes) {
    Payload hops = attributes.require(RTA_MULTIPATH);
    int length = hops.u16(0);
    if (length < RTNEXTHOP || length > hops.size()) {
      throw Malformed.because(
          "a next hop says it has %d bytes of %d".formatted(length, hops.size()));
    }
    return Attributes.in(new Payload(hops.bytes(), hops.from() + RTNEXTHOP, hops.from() + length));
  }

  private static int firstHopLink(Attributes attributes) {
    Payload hops = attributes.get(RTA_MULTIPATH);
    return hops == null ? 0 : hops.u32(4);
  }

  private static Route.Type type(int code) {
    for (Route.Type type : Route.Type.values()) {
      if (type.code == code) {
        return type;
      }
    }
    return Route.Type.UNSPEC;
  }

  private static int family(InetAddress address) {
    return address instanceof Inet4Address ? AF_INET : AF_INET6;
  }
}
