package dev.weft.netlink.xfrm;

import static dev.weft.netlink.xfrm.XfrmH.XFRM_MSG_DELPOLICY;
import static dev.weft.netlink.xfrm.XfrmH.XFRM_MSG_DELSA;
import static dev.weft.netlink.xfrm.XfrmH.XFRM_MSG_NEWPOLICY;
import static dev.weft.netlink.xfrm.XfrmH.XFRM_MSG_NEWSA;
import static dev.weft.netlink.xfrm.XfrmH.XFRM_MSG_UPDPOLICY;
import static dev.weft.netlink.xfrm.XfrmH.XFRM_MSG_UPDSA;

import dev.weft.netlink.wire.MessageWriter;

/** Writes requests as messages. The message type says whether the object may already exist. */
public final class XfrmRequestWriter {
  private XfrmRequestWriter() {}

  /** Writes a request, as one message. */
  public static int write(MessageWriter out, XfrmRequest request, int sequence) {
    switch (request) {
      case XfrmRequest.StateAdd(XfrmStateSpec state, XfrmKey key) ->
          XfrmStateCodec.writeNew(out, XFRM_MSG_NEWSA, state, key, sequence);
      case XfrmRequest.StateUpdate(XfrmStateSpec state, XfrmKey key) ->
          XfrmStateCodec.writeNew(out, XFRM_MSG_UPDSA, state, key, sequence);
      case XfrmRequest.StateRemove(XfrmStateId id) ->
          XfrmStateCodec.writeId(out, XFRM_MSG_DELSA, id, sequence);
      case XfrmRequest.PolicyAdd(XfrmPolicySpec policy) ->
          XfrmPolicyCodec.writeNew(out, XFRM_MSG_NEWPOLICY, policy, sequence);
      case XfrmRequest.PolicyUpdate(XfrmPolicySpec policy) ->
          XfrmPolicyCodec.writeNew(out, XFRM_MSG_UPDPOLICY, policy, sequence);
      case XfrmRequest.PolicyRemove(XfrmPolicyId id) ->
          XfrmPolicyCodec.writeId(out, XFRM_MSG_DELPOLICY, id, sequence);
    }
    return 1;
  }
}
