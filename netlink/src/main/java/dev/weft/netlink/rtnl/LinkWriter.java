package dev.weft.netlink.rtnl;

import static dev.weft.netlink.rtnl.IfLinkH.*;
import static dev.weft.netlink.wire.RtnetlinkH.AF_BRIDGE;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.wire.RtnetlinkH.AF_UNSPEC;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_DELLINK;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_NEWLINK;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_SETLINK;

import dev.weft.netlink.wire.MessageWriter;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Writes {@code struct ifinfomsg}. */
final class LinkWriter {
  private LinkWriter() {}

  /**
   * Creates a link with the settings that the kernel accepts at creation; see {@link #secondStep}.
   */
  static void writeNew(MessageWriter out, LinkSpec spec, int flags, int sequence) {
    LinkSettings settings = spec.settings();
    out.begin(RTM_NEWLINK, flags, sequence);
    header(out, AF_UNSPEC, 0, settings.needsSecondStep() ? null : settings.up());
    out.attribute(IFLA_IFNAME, spec.name());
    writeParent(out, spec.kind());
    writeAtOnce(out, settings);
    writeKind(out, spec.kind());
    out.end();
  }

  /** Settings that {@link #writeNew} left out, for the link it created. */
  static Request.LinkChange secondStep(int index, LinkSettings all) {
    return new Request.LinkChange(
        index,
        new LinkSettings(
            all.up(),
            null,
            all.alias(),
            null,
            null,
            null,
            null,
            null,
            all.port(),
            all.ipv4(),
            all.addressGeneration()));
  }

  /**
   * Writes one to three messages. Bridge port options need their own message: the kernel silently
   * ignores them in one that also sets the link's master. The link comes up in a later message than
   * its address settings: in a single one it would come up before they apply.
   *
   * @return how many messages it took
   */
  static int writeChange(MessageWriter out, Request.LinkChange change, int flags, int sequence) {
    LinkSettings settings = change.settings();
    boolean upLast =
        Boolean.TRUE.equals(settings.up())
            && settings.namespace() == null
            && (hasFamilySettings(settings) || settings.port() != null);
    int messages = 1;
    out.begin(RTM_NEWLINK, flags, sequence);
    header(out, AF_UNSPEC, change.index(), upLast ? null : settings.up());
    if (change.name() != null) {
      out.attribute(IFLA_IFNAME, change.name());
    }
    writeAtOnce(out, settings);
    if (settings.alias() != null) {
      out.attribute(IFLA_IFALIAS, settings.alias());
    }
    if (change.kind() != null) {
      writeKind(out, change.kind());
    }
    if (hasFamilySettings(settings)) {
      writeFamilies(out, settings);
    }
    out.end();
    if (settings.port() != null) {
      writePort(out, change.index(), settings.port(), flags, sequence + messages++);
    }
    if (upLast) {
      out.begin(RTM_NEWLINK, flags, sequence + messages++);
      header(out, AF_UNSPEC, change.index(), true);
      out.end();
    }
    return messages;
  }

  static void writeRemove(MessageWriter out, int index, int flags, int sequence) {
    out.begin(RTM_DELLINK, flags, sequence);
    header(out, AF_UNSPEC, index, null);
    out.end();
  }

  private static void header(MessageWriter out, int family, int index, @Nullable Boolean up) {
    out.u32(family);
    out.u32(index);
    out.u32(Boolean.TRUE.equals(up) ? IFF_UP : 0);
    out.u32(up != null ? IFF_UP : 0);
  }

  private static void writeAtOnce(MessageWriter out, LinkSettings settings) {
    if (settings.mtu() != null) {
      out.attributeU32(IFLA_MTU, settings.mtu());
    }
    if (settings.address() != null) {
      out.attribute(IFLA_ADDRESS, settings.address());
    }
    if (settings.master() != null) {
      out.attributeU32(IFLA_MASTER, settings.master());
    }
    if (settings.txQueueLength() != null) {
      out.attributeU32(IFLA_TXQLEN, settings.txQueueLength());
    }
    if (settings.group() != null) {
      out.attributeU32(IFLA_GROUP, settings.group());
    }
    if (settings.namespace() != null) {
      out.attributeU32(IFLA_NET_NS_FD, settings.namespace().fd());
    }
  }

  private static boolean hasFamilySettings(LinkSettings settings) {
    return !settings.ipv4().isEmpty() || settings.addressGeneration() != null;
  }

  private static void writeFamilies(MessageWriter out, LinkSettings settings) {
    int families = out.beginNested(IFLA_AF_SPEC);
    if (!settings.ipv4().isEmpty()) {
      int family = out.beginNested(AF_INET);
      int conf = out.beginNested(IFLA_INET_CONF);
      settings.ipv4().forEach((setting, value) -> out.attributeU32(setting.code, value));
      out.endNested(conf);
      out.endNested(family);
    }
    if (settings.addressGeneration() != null) {
      int family = out.beginNested(AF_INET6);
      out.attributeU8(IFLA_INET6_ADDR_GEN_MODE, settings.addressGeneration().code);
      out.endNested(family);
    }
    out.endNested(families);
  }

  private static void writePort(
      MessageWriter out, int index, BridgePort port, int flags, int sequence) {
    out.begin(RTM_SETLINK, flags, sequence);
    header(out, AF_BRIDGE, index, null);
    int options = out.beginNested(IFLA_PROTINFO);
    write(out, IFLA_BRPORT_LEARNING, port.learning());
    write(out, IFLA_BRPORT_UNICAST_FLOOD, port.unicastFlood());
    write(out, IFLA_BRPORT_MCAST_FLOOD, port.multicastFlood());
    write(out, IFLA_BRPORT_BCAST_FLOOD, port.broadcastFlood());
    write(out, IFLA_BRPORT_ISOLATED, port.isolated());
    write(out, IFLA_BRPORT_NEIGH_SUPPRESS, port.neighSuppress());
    write(out, IFLA_BRPORT_MODE, port.hairpin());
    write(out, IFLA_BRPORT_LOCKED, port.locked());
    if (Boolean.TRUE.equals(port.flush())) {
      out.attribute(IFLA_BRPORT_FLUSH, new byte[0]);
    }
    out.endNested(options);
    out.end();
  }

  private static void writeParent(MessageWriter out, LinkKind kind) {
    switch (kind) {
      case LinkKind.Macvlan macvlan -> out.attributeU32(IFLA_LINK, macvlan.parent());
      case LinkKind.Vlan vlan -> out.attributeU32(IFLA_LINK, vlan.parent());
      case LinkKind.Bridge _,
          LinkKind.Vxlan _,
          LinkKind.Veth _,
          LinkKind.Dummy _,
          LinkKind.Other _ -> {}
    }
  }

  private static void writeKind(MessageWriter out, LinkKind kind) {
    int info = out.beginNested(IFLA_LINKINFO);
    out.attribute(IFLA_INFO_KIND, kind.name());
    int data = out.beginNested(IFLA_INFO_DATA);
    switch (kind) {
      case LinkKind.Bridge bridge -> writeBridge(out, bridge);
      case LinkKind.Vxlan vxlan -> writeVxlan(out, vxlan);
      case LinkKind.Veth(LinkKind.Veth.Peer peer) when peer != null -> writePeer(out, peer);
      case LinkKind.Macvlan macvlan -> out.attributeU32(IFLA_MACVLAN_MODE, macvlan.mode().code);
      case LinkKind.Vlan vlan -> out.attributeU16(IFLA_VLAN_ID, vlan.id());
      case LinkKind.Veth _, LinkKind.Dummy _, LinkKind.Other _ -> {}
    }
    out.endNested(data);
    out.endNested(info);
  }

  private static void writeBridge(MessageWriter out, LinkKind.Bridge bridge) {
    write(out, IFLA_BR_FORWARD_DELAY, bridge.forwardDelay());
    write(out, IFLA_BR_AGEING_TIME, bridge.ageing());
    if (bridge.stp() != null) {
      out.attributeU32(IFLA_BR_STP_STATE, bridge.stp() ? 1 : 0);
    }
    write(out, IFLA_BR_VLAN_FILTERING, bridge.vlanFiltering());
    write(out, IFLA_BR_MCAST_SNOOPING, bridge.multicastSnooping());
    if (bridge.linkLocalLearning() != null) {
      byte[] options = new byte[8];
      ByteBuffer.wrap(options)
          .order(ByteOrder.nativeOrder())
          .putInt(bridge.linkLocalLearning() ? 0 : NO_LL_LEARN)
          .putInt(NO_LL_LEARN);
      out.attribute(IFLA_BR_MULTI_BOOLOPT, options);
    }
  }

  private static void writeVxlan(MessageWriter out, LinkKind.Vxlan vxlan) {
    out.attributeU32(IFLA_VXLAN_ID, vxlan.vni());
    if (vxlan.local() != null) {
      out.attribute(
          vxlan.local() instanceof Inet4Address ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6,
          vxlan.local());
    }
    if (vxlan.port() != null) {
      out.attributeBe16(IFLA_VXLAN_PORT, vxlan.port());
    }
    write(out, IFLA_VXLAN_LEARNING, vxlan.learning());
    if (vxlan.parent() != null) {
      out.attributeU32(IFLA_VXLAN_LINK, vxlan.parent());
    }
    if (vxlan.ttl() != null) {
      out.attributeU8(IFLA_VXLAN_TTL, vxlan.ttl());
    }
    if (vxlan.dontFragment() != null) {
      out.attributeU8(IFLA_VXLAN_DF, vxlan.dontFragment().code);
    }
    write(out, IFLA_VXLAN_UDP_CSUM, vxlan.udpChecksum());
    write(out, IFLA_VXLAN_UDP_ZERO_CSUM6_TX, vxlan.zeroChecksum6Tx());
    write(out, IFLA_VXLAN_UDP_ZERO_CSUM6_RX, vxlan.zeroChecksum6Rx());
  }

  private static void writePeer(MessageWriter out, LinkKind.Veth.Peer peer) {
    int start = out.beginNested(VETH_INFO_PEER);
    header(out, AF_UNSPEC, 0, peer.settings().up());
    out.attribute(IFLA_IFNAME, peer.name());
    writeAtOnce(out, peer.settings());
    out.endNested(start);
  }

  private static void write(MessageWriter out, int type, @Nullable Boolean value) {
    if (value != null) {
      out.attribute(type, value);
    }
  }

  /** In hundredths of a second ({@code USER_HZ}). */
  private static void write(MessageWriter out, int type, @Nullable Duration value) {
    if (value != null) {
      out.attributeU32(type, (int) (value.toMillis() / 10));
    }
  }
}
