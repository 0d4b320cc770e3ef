package dev.weft.netlink;

import static dev.weft.netlink.IfLinkH.IFLA_EXT_MASK;
import static dev.weft.netlink.IfLinkH.IFLA_IFNAME;
import static dev.weft.netlink.IfLinkH.RTEXT_FILTER_SKIP_STATS;
import static dev.weft.netlink.NetlinkH.NLM_F_REQUEST;
import static dev.weft.netlink.RtnetlinkH.AF_INET;
import static dev.weft.netlink.RtnetlinkH.AF_INET6;
import static dev.weft.netlink.RtnetlinkH.RTA_DST;
import static dev.weft.netlink.RtnetlinkH.RTM_F_LOOKUP_TABLE;
import static dev.weft.netlink.RtnetlinkH.RTM_GETLINK;
import static dev.weft.netlink.RtnetlinkH.RTM_GETROUTE;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Questions with one answer. */
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
    return askFor(Errno.ENODEV, () -> ask(socket, sequence, operation, LinkReader::read));
  }

  static Optional<XfrmState> state(NetlinkSocket socket, XfrmStateId id) {
    int sequence = socket.sequence(1);
    XfrmStateCodec.writeId(socket.writer(), XfrmH.XFRM_MSG_GETSA, id, sequence);
    String operation = "read state " + id;
    return askFor(Errno.ESRCH, () -> ask(socket, sequence, operation, XfrmStateCodec::read));
  }

  static Optional<XfrmPolicy> policy(NetlinkSocket socket, XfrmPolicyId id) {
    int sequence = socket.sequence(1);
    XfrmPolicyCodec.writeId(socket.writer(), XfrmH.XFRM_MSG_GETPOLICY, id, sequence);
    String operation = "read policy " + id;
    return askFor(Errno.ENOENT, () -> ask(socket, sequence, operation, XfrmPolicyCodec::read));
  }

  /** Empty if the kernel answers with the error that says there is no such thing. */
  private static <T> Optional<T> askFor(int absent, Supplier<@Nullable T> question) {
    try {
      return Optional.ofNullable(question.get());
    } catch (NetlinkException e) {
      if (e.errno() == absent) {
        return Optional.empty();
      }
      throw e;
    }
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
    return ask(socket, sequence, operation, RouteCodec::read);
  }

  private static <T extends @Nullable Object> T ask(
      NetlinkSocket socket, int sequence, String operation, Function<Payload, T> read) {
    var reader = new MessageReader();
    socket.send(1);
    while (true) {
      reader.reset(socket.buffer(), socket.receive());
      while (reader.next()) {
        if (reader.sequence() != sequence) {
          continue;
        }
        Payload payload = reader.payload();
        if (reader.type() != NetlinkH.NLMSG_ERROR) {
          return read.apply(payload);
        }
        throw Acknowledgement.error(payload, reader.flags(), operation);
      }
    }
  }
}
