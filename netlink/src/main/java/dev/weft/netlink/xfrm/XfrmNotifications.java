package dev.weft.netlink.xfrm;

import static dev.weft.netlink.xfrm.XfrmH.*;

import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Payload;
import dev.weft.netlink.wire.RtnetlinkH;
import org.jspecify.annotations.Nullable;

/** Decodes multicast messages about IPsec. */
public final class XfrmNotifications {
  private XfrmNotifications() {}

  /** {@code null} for a message of a kind that this package does not know. */
  static @Nullable public XfrmNotification read(int type, Payload payload) {
    return switch (type) {
      case XFRM_MSG_NEWSA, XFRM_MSG_UPDSA ->
          new XfrmNotification.StateChanged(XfrmStateCodec.read(payload));
      case XFRM_MSG_DELSA -> new XfrmNotification.StateRemoved(XfrmStateCodec.readRemoved(payload));
      case XFRM_MSG_FLUSHSA -> new XfrmNotification.StatesFlushed(payload.u8(0));
      case XFRM_MSG_EXPIRE -> stateExpired(payload);
      case XFRM_MSG_NEWPOLICY, XFRM_MSG_UPDPOLICY -> {
        XfrmPolicy policy = XfrmPolicyCodec.read(payload);
        yield policy == null ? null : new XfrmNotification.PolicyChanged(policy);
      }
      case XFRM_MSG_DELPOLICY -> {
        XfrmPolicy policy = XfrmPolicyCodec.readRemoved(payload);
        yield policy == null ? null : new XfrmNotification.PolicyRemoved(policy);
      }
      case XFRM_MSG_FLUSHPOLICY -> new XfrmNotification.PoliciesFlushed();
      case XFRM_MSG_POLEXPIRE -> policyExpired(payload);
      case XFRM_MSG_ACQUIRE -> acquire(payload);
      default -> null;
    };
  }

  /** {@code struct xfrm_user_expire}. */
  private static XfrmNotification stateExpired(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(USERSA_INFO + 8));
    return new XfrmNotification.StateExpired(
        XfrmStateCodec.id(payload, attributes),
        XfrmStateCodec.reqid(payload),
        payload.u8(USERSA_INFO) != 0,
        XfrmStateCodec.usage(payload, attributes));
  }

  /** {@code struct xfrm_user_polexpire}. */
  private static @Nullable XfrmNotification policyExpired(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(USERPOLICY_INFO + 8));
    XfrmPolicy policy = XfrmPolicyCodec.read(payload, attributes);
    return policy == null
        ? null
        : new XfrmNotification.PolicyExpired(policy, payload.u8(USERPOLICY_INFO) != 0);
  }

  /** {@code struct xfrm_user_acquire}. */
  private static XfrmNotification acquire(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(USER_ACQUIRE));
    return new XfrmNotification.Acquire(
        XfrmStructs.selector(payload.slice(ID + ADDRESS, SELECTOR), RtnetlinkH.AF_INET),
        XfrmPolicyCodec.templates(attributes.get(XFRMA_TMPL)));
  }
}
