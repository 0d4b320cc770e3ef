package dev.weft.netlink.rtnl;

import static dev.weft.netlink.rtnl.IfLinkH.IFLA_EXT_MASK;
import static dev.weft.netlink.rtnl.IfLinkH.IFLA_IFNAME;
import static dev.weft.netlink.rtnl.IfLinkH.RTEXT_FILTER_SKIP_STATS;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET;
import static dev.weft.netlink.wire.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.wire.RtnetlinkH.RTA_DST;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_F_LOOKUP_TABLE;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_GETLINK;
import static dev.weft.netlink.wire.RtnetlinkH.RTM_GETROUTE;

import dev.weft.netlink.Errno;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Question;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Requests with one answer. */
final class Query {
  private Query() {}

  static Optional<Link> link(NetlinkSocket socket, String name) {
    if (name.isEmpty() || name.length() >= IfLinkH.IFNAMSIZ) {
      return Optional.empty();
    }
    return link(socket, 0, name);
  }

  static Optional<Link> link(NetlinkSocket socket, int index) {
    return index <= 0 ? Optional.empty() : link(socket, index, null);
  }

  private static Optional<Link> link(NetlinkSocket socket, int index, @Nullable String name) {
    MessageWriter out = socket.writer();
    int sequence = socket.sequence(1);
    out.begin(RTM_GETLINK, NLM_F_REQUEST, sequence);
    out.u32(0);
    out.u32(index);
    out.u32(0);
    out.u32(0);
    if (name != null) {
      out.attribute(IFLA_IFNAME, name);
    }
    out.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    out.end();
    String operation = "read link " + (name != null ? name : index);
    return Question.askFor(
        Errno.ENODEV, () -> Question.ask(socket, sequence, operation, LinkReader::read));
  }

  static Route route(NetlinkSocket socket, InetAddress destination) {
    boolean ipv4 = destination instanceof Inet4Address;
    MessageWriter out = socket.writer();
    int sequence = socket.sequence(1);
    out.begin(RTM_GETROUTE, NLM_F_REQUEST, sequence);
    out.u8(ipv4 ? AF_INET : AF_INET6);
    out.u8(ipv4 ? 32 : 128);
    out.u16(0);
    out.u32(0);
    out.u32(RTM_F_LOOKUP_TABLE);
    out.attribute(RTA_DST, destination);
    out.end();
    String operation = "find the route to " + destination.getHostAddress();
    return Question.ask(socket, sequence, operation, RouteCodec::read);
  }
}
