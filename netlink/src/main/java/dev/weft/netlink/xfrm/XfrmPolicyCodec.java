package dev.weft.netlink.xfrm;

import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;
import static dev.weft.netlink.xfrm.XfrmH.*;

import dev.weft.netlink.SocketAddress;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Malformed;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import dev.weft.netlink.wire.RtnetlinkH;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code struct xfrm_userpolicy_info} and {@code struct xfrm_userpolicy_id}. */
public final class XfrmPolicyCodec {
  private static final int ALL_ALGORITHMS = -1;

  private XfrmPolicyCodec() {}

  static void writeNew(MessageWriter out, int type, XfrmPolicySpec policy, int sequence) {
    XfrmPolicyId id = policy.id();
    out.begin(type, NLM_F_REQUEST, sequence);
    XfrmStructs.write(out, id.selector());
    XfrmStructs.write(out, policy.lifetime());
    out.zeros(LIFETIME_CUR);
    out.u32((int) policy.priority());
    out.u32(policy.index());
    out.u8(id.direction().code);
    out.u8(policy.action() == XfrmPolicySpec.Action.BLOCK ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW);
    out.zeros(6);
    if (!policy.templates().isEmpty()) {
      int start = out.beginAttribute(XFRMA_TMPL);
      for (XfrmTemplate template : policy.templates()) {
        template(out, template);
      }
      out.endAttribute(start);
    }
    XfrmStructs.writeMark(out, id.mark());
    XfrmStructs.writeInterface(out, id.interfaceId());
    out.end();
  }

  private static void template(MessageWriter out, XfrmTemplate template) {
    XfrmStructs.write(out, template.destination());
    out.be32((int) template.spi());
    out.u8(template.protocol());
    out.zeros(3);
    out.u16(SocketAddress.family(template.destination()));
    out.zeros(2);
    XfrmStructs.write(out, template.source());
    out.u32((int) template.reqid());
    out.u8(template.mode().code);
    out.u8(0);
    out.u8(template.optional() ? 1 : 0);
    out.zeros(1);
    out.u32(ALL_ALGORITHMS);
    out.u32(ALL_ALGORITHMS);
    out.u32(ALL_ALGORITHMS);
  }

  /** Writes a message about the policy with this id. */
  static void writeId(MessageWriter out, int type, XfrmPolicyId id, int sequence) {
    out.begin(type, NLM_F_REQUEST, sequence);
    XfrmStructs.write(out, id.selector());
    out.u32(0);
    out.u8(id.direction().code);
    out.zeros(3);
    XfrmStructs.writeMark(out, id.mark());
    XfrmStructs.writeInterface(out, id.interfaceId());
    out.end();
  }

  /** {@code null} for a policy of a socket, which only its owner can change. */
  static @Nullable public XfrmPolicy read(Payload payload) {
    return read(payload, Attributes.in(payload.after(USERPOLICY_INFO)));
  }

  /** A removed policy: its id, and the rest in attributes. */
  static @Nullable XfrmPolicy readRemoved(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(USERPOLICY_ID));
    return read(attributes.require(XFRMA_POLICY), attributes);
  }

  static @Nullable XfrmPolicy read(Payload info, Attributes attributes) {
    int index = info.u32(156);
    int direction = info.u8(160);
    if (direction > XfrmDirection.FORWARD.code) {
      return null;
    }
    if (index != 0 && (index & XfrmPolicySpec.INDEX_DIRECTION) != direction) {
      throw Malformed.because(
          "policy %d says that its direction is %d".formatted(index, direction));
    }
    XfrmPolicyId id =
        new XfrmPolicyId(
            XfrmDirection.of(direction),
            XfrmStructs.selector(info, RtnetlinkH.AF_INET),
            XfrmStructs.mark(attributes),
            XfrmStructs.interfaceId(attributes));
    XfrmPolicySpec spec =
        new XfrmPolicySpec(
            id,
            index,
            Integer.toUnsignedLong(info.u32(152)),
            info.u8(161) == XFRM_POLICY_ALLOW
                ? XfrmPolicySpec.Action.ALLOW
                : XfrmPolicySpec.Action.BLOCK,
            templates(attributes.get(XFRMA_TMPL)),
            XfrmStructs.lifetime(info.slice(SELECTOR, LIFETIME_CFG)));
    return new XfrmPolicy(spec, XfrmStructs.usage(info.slice(120, LIFETIME_CUR), null));
  }

  static List<XfrmTemplate> templates(@Nullable Payload array) {
    if (array == null) {
      return List.of();
    }
    if (array.size() > USER_TMPL * XfrmPolicySpec.MOST_TEMPLATES) {
      throw Malformed.because("a policy has %d bytes of templates".formatted(array.size()));
    }
    var templates = new ArrayList<XfrmTemplate>();
    for (long at = 0; array.size() - at >= USER_TMPL; at += USER_TMPL) {
      templates.add(template(array.slice(at, USER_TMPL)));
    }
    return templates;
  }

  private static XfrmTemplate template(Payload template) {
    int family = template.u16(24);
    return new XfrmTemplate(
        XfrmStructs.address(template, 28, family),
        XfrmStructs.address(template, 0, family),
        template.u8(20),
        template.be32(16),
        Integer.toUnsignedLong(template.u32(44)),
        XfrmMode.of(template.u8(48)),
        template.u8(50) != 0);
  }
}
