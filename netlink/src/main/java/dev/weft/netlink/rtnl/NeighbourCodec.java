package dev.weft.netlink.rtnl;

import static dev.weft.netlink.rtnl.NeighbourH.NDA_DST;
import static dev.weft.netlink.rtnl.NeighbourH.NDA_LLADDR;
import static dev.weft.netlink.rtnl.NeighbourH.NDA_MASTER;
import static dev.weft.netlink.rtnl.NeighbourH.NDA_PORT;
import static dev.weft.netlink.rtnl.NeighbourH.NDA_VLAN;
import static dev.weft.netlink.rtnl.NeighbourH.NDA_VNI;
import static dev.weft.netlink.rtnl.NeighbourH.NDMSG;
import static dev.weft.netlink.rtnl.NeighbourH.NUD_NOARP;
import static dev.weft.netlink.rtnl.NeighbourH.NUD_PERMANENT;
import static dev.weft.netlink.rtnl.NeighbourH.NUD_REACHABLE;
import static dev.weft.netlink.rtnl.NeighbourH.NUD_STALE;
import static dev.weft.netlink.wire.RtnetlinkH.AF_BRIDGE;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELNEIGH;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWNEIGH;

import dev.weft.netlink.MacAddress;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code struct ndmsg}: IP neighbours, and forwarding entries under {@code AF_BRIDGE}. */
final class NeighbourCodec {
  private NeighbourCodec() {}

  static boolean isFdb(Payload payload) {
    return payload.u8(0) == AF_BRIDGE;
  }

  static boolean isIp(Payload payload) {
    return payload.u8(0) == AF_INET || payload.u8(0) == AF_INET6;
  }

  static void writeNew(MessageWriter out, Neighbour neighbour, int flags, int sequence) {
    out.begin(RTM_NEWNEIGH, flags, sequence);
    header(out, family(neighbour.address()), neighbour.link(), neighbour.state().code, 0);
    out.attribute(NDA_DST, neighbour.address());
    if (neighbour.mac() != null) {
      out.attribute(NDA_LLADDR, neighbour.mac());
    }
    out.end();
  }

  static void writeRemove(
      MessageWriter out, int link, InetAddress address, int flags, int sequence) {
    out.begin(RTM_DELNEIGH, flags, sequence);
    header(out, family(address), link, 0, 0);
    out.attribute(NDA_DST, address);
    out.end();
  }

  /** {@code null} for an entry without an address, which some devices have. */
  static @Nullable Neighbour readNeighbour(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(NDMSG));
    InetAddress address = attributes.address(NDA_DST);
    if (address == null) {
      return null;
    }
    return new Neighbour(
        payload.u32(4), address, attributes.mac(NDA_LLADDR), Neighbour.State.of(payload.u16(8)));
  }

  static void writeNew(MessageWriter out, FdbEntry entry, int flags, int sequence) {
    writeFdb(out, RTM_NEWNEIGH, entry, flags, sequence);
  }

  static void writeRemove(MessageWriter out, FdbEntry entry, int flags, int sequence) {
    writeFdb(out, RTM_DELNEIGH, entry, flags, sequence);
  }

  private static void writeFdb(
      MessageWriter out, int type, FdbEntry entry, int flags, int sequence) {
    out.begin(type, flags, sequence);
    header(out, AF_BRIDGE, entry.link(), code(entry.state()), code(entry.flags()));
    out.attribute(NDA_LLADDR, entry.mac());
    if (entry.destination() != null) {
      out.attribute(NDA_DST, entry.destination());
    }
    if (entry.vni() != null) {
      out.attributeU32(NDA_VNI, entry.vni());
    }
    if (entry.port() != null) {
      out.attributeBe16(NDA_PORT, entry.port());
    }
    if (entry.vlan() != null) {
      out.attributeU16(NDA_VLAN, entry.vlan());
    }
    out.end();
  }

  /** {@code null} for an entry without a MAC address; a VXLAN device has none such. */
  static @Nullable FdbEntry readFdb(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(NDMSG));
    MacAddress mac = attributes.mac(NDA_LLADDR);
    if (mac == null) {
      return null;
    }
    Payload vlan = attributes.get(NDA_VLAN);
    return new FdbEntry(
        payload.u32(4),
        mac,
        attributes.address(NDA_DST),
        state(payload.u16(8)),
        flags(payload.u8(10)),
        attributes.u32(NDA_VNI),
        attributes.be16(NDA_PORT),
        vlan == null ? null : vlan.u16(0),
        attributes.u32(NDA_MASTER, 0));
  }

  private static void header(MessageWriter out, int family, int link, int state, int flags) {
    out.u32(family);
    out.u32(link);
    out.u16(state);
    out.u8(flags);
    out.u8(0);
  }

  private static int family(InetAddress address) {
    return address instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  /** A static entry needs NOARP in a bridge, and REACHABLE as well in a VXLAN device. */
  private static int code(FdbEntry.State state) {
    return switch (state) {
      case PERMANENT -> NUD_PERMANENT;
      case STATIC -> NUD_NOARP | NUD_REACHABLE;
      case REACHABLE -> NUD_REACHABLE;
      case STALE -> NUD_STALE;
    };
  }

  private static FdbEntry.State state(int code) {
    if ((code & NUD_PERMANENT) != 0) {
      return FdbEntry.State.PERMANENT;
    }
    if ((code & NUD_NOARP) != 0) {
      return FdbEntry.State.STATIC;
    }
    return (code & NUD_STALE) != 0 ? FdbEntry.State.STALE : FdbEntry.State.REACHABLE;
  }

  private static int code(Set<FdbEntry.Flag> flags) {
    int code = 0;
    for (FdbEntry.Flag flag : flags) {
      code |= flag.code;
    }
    return code;
  }

  private static Set<FdbEntry.Flag> flags(int code) {
    if (code == FdbEntry.Flag.SELF.code) {
      return FdbEntry.SELF_ONLY;
    }
    var flags = EnumSet.noneOf(FdbEntry.Flag.class);
    for (FdbEntry.Flag flag : FdbEntry.Flag.values()) {
      if ((code & flag.code) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
