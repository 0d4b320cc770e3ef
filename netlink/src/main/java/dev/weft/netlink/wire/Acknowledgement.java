package dev.weft.netlink.wire;

import static dev.weft.netlink.wire.NetlinkH.NLMSGERR_ATTR_MSG;
import static dev.weft.netlink.wire.NetlinkH.NLMSG_HDRLEN;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_ACK_TLVS;
import static dev.weft.netlink.wire.NetlinkH.NLM_F_CAPPED;
import static dev.weft.netlink.wire.NetlinkH.align;

import dev.weft.netlink.NetlinkException;
import org.jspecify.annotations.Nullable;

/** {@code struct nlmsgerr} with the additions of {@code NETLINK_EXT_ACK}. */
public final class Acknowledgement {
  private static final int ERROR = 4;

  private Acknowledgement() {}

  /** The kernel's error number, positive; 0 for success. */
  public static int errno(Payload payload) {
    return -payload.u32(0);
  }

  /** The error as an exception about an operation. */
  public static NetlinkException error(Payload payload, int flags, String operation) {
    Counters.ERRORS.increment();
    return new NetlinkException(operation, errno(payload), words(payload, flags));
  }

  /** The error that ended a dump ({@code NLMSG_DONE}); it does not repeat the request. */
  public static NetlinkException dumpError(Payload payload, int flags, String operation) {
    Counters.ERRORS.increment();
    String words = (flags & NLM_F_ACK_TLVS) == 0 ? null : words(payload.after(ERROR));
    return new NetlinkException(operation, errno(payload), words);
  }

  private static @Nullable String words(Payload payload, int flags) {
    if ((flags & NLM_F_ACK_TLVS) == 0) {
      return null;
    }
    long request =
        (flags & NLM_F_CAPPED) != 0 ? NLMSG_HDRLEN : Integer.toUnsignedLong(payload.u32(ERROR));
    return words(payload.after(ERROR + align(request)));
  }

  private static @Nullable String words(Payload attributes) {
    Payload words = Attributes.in(attributes).get(NLMSGERR_ATTR_MSG);
    return words == null ? null : words.string();
  }
}
