package dev.weft.netlink.xfrm;

import dev.weft.netlink.Errno;
import dev.weft.netlink.wire.Dump;
import dev.weft.netlink.wire.NetlinkSocket;
import dev.weft.netlink.wire.Question;
import java.util.Optional;

/** Reads states and policies. */
public final class XfrmQuery {
  public static final Dump<XfrmState> STATES =
      new Dump<>("list states", XfrmH.XFRM_MSG_GETSA, _ -> {}, XfrmStateCodec::read);

  public static final Dump<XfrmPolicy> POLICIES =
      new Dump<>("list policies", XfrmH.XFRM_MSG_GETPOLICY, _ -> {}, XfrmPolicyCodec::read);

  private XfrmQuery() {}

  static Optional<XfrmState> state(NetlinkSocket socket, XfrmStateId id) {
    int sequence = socket.sequence(1);
    XfrmStateCodec.writeId(socket.writer(), XfrmH.XFRM_MSG_GETSA, id, sequence);
    String operation = "read state " + id;
    return Question.askFor(
        Errno.ESRCH, () -> Question.ask(socket, sequence, operation, XfrmStateCodec::read));
  }

  static Optional<XfrmPolicy> policy(NetlinkSocket socket, XfrmPolicyId id) {
    int sequence = socket.sequence(1);
    XfrmPolicyCodec.writeId(socket.writer(), XfrmH.XFRM_MSG_GETPOLICY, id, sequence);
    String operation = "read policy " + id;
    return Question.askFor(
        Errno.ENOENT, () -> Question.ask(socket, sequence, operation, XfrmPolicyCodec::read));
  }
}
