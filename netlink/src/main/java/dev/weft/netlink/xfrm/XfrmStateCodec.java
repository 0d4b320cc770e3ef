package dev.weft.netlink.xfrm;

import static dev.weft.netlink.wire.NetlinkH.NLM_F_REQUEST;
import static dev.weft.netlink.xfrm.XfrmH.*;

import dev.weft.netlink.SocketAddress;
import dev.weft.netlink.wire.Attributes;
import dev.weft.netlink.wire.Malformed;
import dev.weft.netlink.wire.MessageWriter;
import dev.weft.netlink.wire.Payload;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code struct xfrm_usersa_info} and {@code struct xfrm_usersa_id}. */
public final class XfrmStateCodec {
  private static final int WORD = 32;

  /** Largest window that fits {@code struct xfrm_replay_state}. */
  private static final int SMALL_WINDOW = 32;

  private XfrmStateCodec() {}

  static void writeNew(
      MessageWriter out, int type, XfrmStateSpec state, XfrmKey key, int sequence) {
    out.begin(type, NLM_F_REQUEST, sequence);
    info(out, state);
    aead(out, state.aead(), key);
    if (needsBitmap(state.replay())) {
      bitmap(out, state.replay());
    }
    XfrmStructs.writeMark(out, state.id().mark());
    if (state.udp() != null) {
      udp(out, state.udp());
    }
    if (state.outputMark() != null) {
      out.attributeU32(XFRMA_SET_MARK, state.outputMark().value());
      out.attributeU32(XFRMA_SET_MARK_MASK, state.outputMark().mask());
    }
    XfrmStructs.writeInterface(out, state.interfaceId());
    int more = code(state.flags()) >>> 16;
    if (more != 0) {
      out.attributeU32(XFRMA_SA_EXTRA_FLAGS, more);
    }
    out.end();
  }

  private static void info(MessageWriter out, XfrmStateSpec state) {
    XfrmReplay replay = state.replay();
    InetAddress destination = state.id().destination();
    XfrmStructs.write(out, state.selector());
    XfrmStructs.write(out, destination);
    out.be32((int) state.id().spi());
    out.u8(state.id().protocol());
    out.zeros(3);
    XfrmStructs.write(out, state.source());
    XfrmStructs.write(out, state.lifetime());
    out.zeros(LIFETIME_CUR + 12 + 4);
    out.u32((int) state.reqid());
    out.u16(SocketAddress.family(destination));
    out.u8(state.mode().code);
    out.u8(needsBitmap(replay) ? 0 : replay.window());
    out.u8((code(state.flags()) & 0xff) | (replay.extended() ? XFRM_STATE_ESN : 0));
    out.zeros(7);
  }

  private static void aead(MessageWriter out, @Nullable XfrmAead aead, XfrmKey key) {
    if (aead == null) {
      throw new IllegalArgumentException("a state to be made has an algorithm");
    }
    byte[] name = aead.name().getBytes(StandardCharsets.UTF_8);
    int start = out.beginAttribute(XFRMA_ALG_AEAD);
    out.bytes(name);
    out.zeros(ALG_NAME - name.length);
    out.u32(aead.keyBits());
    out.u32(aead.icvBits());
    out.bytes(key.bytes());
    out.endAttribute(start);
  }

  private static boolean needsBitmap(XfrmReplay replay) {
    return replay.extended() || replay.window() > SMALL_WINDOW;
  }

  /** {@code struct xfrm_replay_state_esn}, with nothing sent or received yet. */
  private static void bitmap(MessageWriter out, XfrmReplay replay) {
    int words = (replay.window() + WORD - 1) / WORD;
    int start = out.beginAttribute(XFRMA_REPLAY_ESN_VAL);
    out.u32(words);
    out.zeros(16);
    out.u32(replay.window());
    out.zeros(words * 4);
    out.endAttribute(start);
  }

  /** {@code struct xfrm_encap_tmpl}. */
  private static void udp(MessageWriter out, XfrmUdp udp) {
    int start = out.beginAttribute(XFRMA_ENCAP);
    out.u16(UDP_ENCAP_ESPINUDP);
    out.be16(udp.sourcePort());
    out.be16(udp.destinationPort());
    out.zeros(2 + ADDRESS);
    out.endAttribute(start);
  }

  /** Writes a message about the state with this id. */
  static void writeId(MessageWriter out, int type, XfrmStateId id, int sequence) {
    out.begin(type, NLM_F_REQUEST, sequence);
    XfrmStructs.write(out, id.destination());
    out.be32((int) id.spi());
    out.u16(SocketAddress.family(id.destination()));
    out.u8(id.protocol());
    out.zeros(1);
    XfrmStructs.writeMark(out, id.mark());
    out.end();
  }

  public static XfrmState read(Payload payload) {
    return read(payload, Attributes.in(payload.after(USERSA_INFO)));
  }

  /** A removed state: its id, and the rest in attributes. */
  static XfrmState readRemoved(Payload payload) {
    Attributes attributes = Attributes.in(payload.after(USERSA_ID));
    return read(attributes.require(XFRMA_SA), attributes);
  }

  /** The usage in {@code struct xfrm_usersa_info}. */
  static XfrmUsage usage(Payload info, Attributes attributes) {
    return XfrmStructs.usage(info.slice(160, LIFETIME_CUR), attributes.get(XFRMA_LASTUSED));
  }

  /** The id in {@code struct xfrm_usersa_info}. */
  static XfrmStateId id(Payload info, Attributes attributes) {
    return new XfrmStateId(
        XfrmStructs.address(info, SELECTOR, family(info)),
        info.u8(76),
        info.be32(72),
        XfrmStructs.mark(attributes));
  }

  static long reqid(Payload info) {
    return Integer.toUnsignedLong(info.u32(208));
  }

  private static int family(Payload info) {
    return info.u16(212);
  }

  private static XfrmState read(Payload info, Attributes attributes) {
    int flags = info.u8(216) | attributes.u32(XFRMA_SA_EXTRA_FLAGS, 0) << 16;
    Payload bitmap = attributes.get(XFRMA_REPLAY_ESN_VAL);
    int window = bitmap == null ? info.u8(215) : bitmap.u32(20);
    XfrmStateSpec spec =
        new XfrmStateSpec(
            id(info, attributes),
            XfrmStructs.address(info, SELECTOR + ID, family(info)),
            XfrmMode.of(info.u8(214)),
            reqid(info),
            aead(attributes.get(XFRMA_ALG_AEAD)),
            new XfrmReplay(window, (flags & XFRM_STATE_ESN) != 0),
            XfrmStructs.lifetime(info.slice(96, LIFETIME_CFG)),
            XfrmStructs.selector(info, family(info)),
            udp(attributes.get(XFRMA_ENCAP)),
            outputMark(attributes),
            XfrmStructs.interfaceId(attributes),
            flags(flags));
    return new XfrmState(spec, usage(info, attributes), counted(attributes), failures(info));
  }

  private static @Nullable XfrmAead aead(@Nullable Payload aead) {
    return aead == null
        ? null
        : new XfrmAead(
            name(aead.slice(0, ALG_NAME).string()), aead.u32(ALG_NAME), aead.u32(ALG_NAME + 4));
  }

  private static String name(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length >= ALG_NAME) {
      throw Malformed.because("the name of an algorithm has no end");
    }
    return text;
  }

  private static @Nullable XfrmUdp udp(@Nullable Payload encapsulation) {
    return encapsulation == null ? null : new XfrmUdp(encapsulation.be16(2), encapsulation.be16(4));
  }

  private static @Nullable XfrmMark outputMark(Attributes attributes) {
    Integer mark = attributes.u32(XFRMA_SET_MARK);
    return mark == null ? null : new XfrmMark(mark, attributes.u32(XFRMA_SET_MARK_MASK, -1));
  }

  /** From {@code struct xfrm_replay_state_esn} or {@code struct xfrm_replay_state}. */
  private static XfrmState.Sequence counted(Attributes attributes) {
    Payload bitmap = attributes.get(XFRMA_REPLAY_ESN_VAL);
    if (bitmap != null) {
      return new XfrmState.Sequence(
          wide(bitmap.u32(12), bitmap.u32(4)), wide(bitmap.u32(16), bitmap.u32(8)));
    }
    Payload small = attributes.get(XFRMA_REPLAY_VAL);
    return small == null
        ? new XfrmState.Sequence(0, 0)
        : new XfrmState.Sequence(wide(0, small.u32(0)), wide(0, small.u32(4)));
  }

  private static long wide(int high, int low) {
    return (long) high << 32 | Integer.toUnsignedLong(low);
  }

  private static XfrmState.Failures failures(Payload info) {
    return new XfrmState.Failures(
        Integer.toUnsignedLong(info.u32(192)),
        Integer.toUnsignedLong(info.u32(196)),
        Integer.toUnsignedLong(info.u32(200)));
  }

  private static int code(Set<XfrmStateSpec.Flag> flags) {
    int code = 0;
    for (XfrmStateSpec.Flag flag : flags) {
      code |= flag.code;
    }
    return code;
  }

  private static Set<XfrmStateSpec.Flag> flags(int code) {
    var flags = EnumSet.noneOf(XfrmStateSpec.Flag.class);
    for (XfrmStateSpec.Flag flag : XfrmStateSpec.Flag.values()) {
      if ((code & flag.code) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }
}
