package dev.weft.netlink.rtnl;

import static dev.weft.netlink.rtnl.IfLinkH.*;
import static dev.weft.netlink.wire.RtnetlinkH.AF_BRIDGE;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;

import dev.weft.netlink.Ipv6Conf;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Payload;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code struct ifinfomsg}. */
final class LinkReader {
  private LinkReader() {}

  /** Whether a bridge sent this message about one of its ports. */
  static boolean isBridgePort(Payload payload) {
    return payload.u8(0) == AF_BRIDGE;
  }

  static int index(Payload payload) {
    return payload.u32(4);
  }

  static int master(Payload payload) {
    return Attributes.in(payload.after(IFINFOMSG)).u32(IFLA_MASTER, 0);
  }

  /** Options of the port in a message from its bridge. */
  static BridgePort protocolInfo(Payload payload) {
    return port(Attributes.in(payload.after(IFINFOMSG)).nested(IFLA_PROTINFO));
  }

  static Link read(Payload payload) {
    Attributes link = Attributes.in(payload.after(IFINFOMSG));
    Attributes info = link.nested(IFLA_LINKINFO);
    Attributes families = link.nested(IFLA_AF_SPEC);
    int parent = link.u32(IFLA_LINK, 0);
    boolean isPort = info.string(IFLA_INFO_SLAVE_KIND).equals("bridge");
    return new Link(
        index(payload),
        link.string(IFLA_IFNAME),
        kind(info, parent),
        link.u32(IFLA_MTU, 0),
        link.string(IFLA_IFALIAS),
        link.mac(IFLA_ADDRESS),
        link.mac(IFLA_PERM_ADDRESS),
        link.u32(IFLA_MASTER, 0),
        parent,
        link.u32(IFLA_LINK_NETNSID, -1),
        payload.u32(8),
        link.u32(IFLA_PROMISCUITY, 0),
        link.u8(IFLA_CARRIER, 0) != 0,
        link.u32(IFLA_TXQLEN, 0),
        link.u32(IFLA_GROUP, 0),
        isPort ? port(info.nested(IFLA_INFO_SLAVE_DATA)) : null,
        ipv4(families.nested(AF_INET).get(IFLA_INET_CONF)),
        ipv6(families.nested(AF_INET6).get(IFLA_INET6_CONF)),
        generation(families.nested(AF_INET6).u8(IFLA_INET6_ADDR_GEN_MODE, -1)));
  }

  private static LinkKind kind(Attributes info, int parent) {
    String name = info.string(IFLA_INFO_KIND);
    Attributes data = info.nested(IFLA_INFO_DATA);
    return switch (name) {
      case "bridge" -> bridge(data);
      case "vxlan" -> vxlan(data);
      case "veth" -> new LinkKind.Veth((LinkKind.Veth.Peer) null);
      case "macvlan" -> macvlan(parent, data.u32(IFLA_MACVLAN_MODE, 0));
      case "vlan" -> {
        Payload id = data.get(IFLA_VLAN_ID);
        yield new LinkKind.Vlan(parent, id == null ? 0 : id.u16(0));
      }
      case "dummy" -> new LinkKind.Dummy();
      default -> new LinkKind.Other(name);
    };
  }

  private static LinkKind bridge(Attributes data) {
    Integer stp = data.u32(IFLA_BR_STP_STATE);
    return new LinkKind.Bridge(
        stp == null ? null : stp != 0,
        data.flag(IFLA_BR_VLAN_FILTERING),
        data.flag(IFLA_BR_MCAST_SNOOPING),
        duration(data.u32(IFLA_BR_AGEING_TIME)),
        duration(data.u32(IFLA_BR_FORWARD_DELAY)),
        linkLocalLearning(data.get(IFLA_BR_MULTI_BOOLOPT)));
  }

  /** {@code struct br_boolopt_multi}: values, and the mask of those that count. */
  private static @Nullable Boolean linkLocalLearning(@Nullable Payload options) {
    if (options == null || (options.u32(4) & NO_LL_LEARN) == 0) {
      return null;
    }
    return (options.u32(0) & NO_LL_LEARN) == 0;
  }

  private static LinkKind vxlan(Attributes data) {
    InetAddress local = data.address(IFLA_VXLAN_LOCAL);
    Payload ttl = data.get(IFLA_VXLAN_TTL);
    return new LinkKind.Vxlan(
        data.u32(IFLA_VXLAN_ID, 0),
        local != null ? local : data.address(IFLA_VXLAN_LOCAL6),
        data.be16(IFLA_VXLAN_PORT),
        data.flag(IFLA_VXLAN_LEARNING),
        data.u32(IFLA_VXLAN_LINK),
        ttl == null ? null : (Integer) ttl.u8(0),
        dontFragment(data.u8(IFLA_VXLAN_DF, -1)),
        data.flag(IFLA_VXLAN_UDP_CSUM),
        data.flag(IFLA_VXLAN_UDP_ZERO_CSUM6_TX),
        data.flag(IFLA_VXLAN_UDP_ZERO_CSUM6_RX));
  }

  private static LinkKind.Vxlan.@Nullable DontFragment dontFragment(int code) {
    for (LinkKind.Vxlan.DontFragment flag : LinkKind.Vxlan.DontFragment.values()) {
      if (flag.code == code) {
        return flag;
      }
    }
    return null;
  }

  /** A mode unknown to this package gives {@link LinkKind.Other}. */
  private static LinkKind macvlan(int parent, int code) {
    for (LinkKind.Macvlan.Mode mode : LinkKind.Macvlan.Mode.values()) {
      if (mode.code == code) {
        return new LinkKind.Macvlan(parent, mode);
      }
    }
    return new LinkKind.Other("macvlan");
  }

  private static BridgePort port(Attributes data) {
    return new BridgePort(
        data.flag(IFLA_BRPORT_LEARNING),
        data.flag(IFLA_BRPORT_UNICAST_FLOOD),
        data.flag(IFLA_BRPORT_MCAST_FLOOD),
        data.flag(IFLA_BRPORT_BCAST_FLOOD),
        data.flag(IFLA_BRPORT_ISOLATED),
        data.flag(IFLA_BRPORT_NEIGH_SUPPRESS),
        data.flag(IFLA_BRPORT_MODE),
        data.flag(IFLA_BRPORT_LOCKED),
        null);
  }

  /** An array of all settings; number n is at index n-1. */
  private static Map<Ipv4Conf, Integer> ipv4(@Nullable Payload conf) {
    if (conf == null) {
      return Map.of();
    }
    var settings = new EnumMap<Ipv4Conf, Integer>(Ipv4Conf.class);
    for (Ipv4Conf setting : Ipv4Conf.values()) {
      long offset = 4L * (setting.code - 1);
      if (offset + 4 <= conf.size()) {
        settings.put(setting, conf.u32(offset));
      }
    }
    return settings;
  }

  /** An array of all settings; number n is at index n. */
  private static Map<Ipv6Conf, Integer> ipv6(@Nullable Payload conf) {
    if (conf == null) {
      return Map.of();
    }
    var settings = new EnumMap<Ipv6Conf, Integer>(Ipv6Conf.class);
    for (Ipv6Conf setting : Ipv6Conf.values()) {
      long offset = 4L * setting.place;
      if (offset + 4 <= conf.size()) {
        settings.put(setting, conf.u32(offset));
      }
    }
    return settings;
  }

  private static LinkSettings.@Nullable AddressGeneration generation(int code) {
    for (LinkSettings.AddressGeneration mode : LinkSettings.AddressGeneration.values()) {
      if (mode.code == code) {
        return mode;
      }
    }
    return null;
  }

  private static @Nullable Duration duration(@Nullable Integer hundredths) {
    return hundredths == null ? null : Duration.ofMillis(10 * Integer.toUnsignedLong(hundredths));
  }
}
