package dev.weft.netlink.wire;

/** {@code linux/netlink.h}. */
public final class NetlinkH {
  static final int NETLINK_ROUTE = 0;
  static final int NETLINK_GENERIC = 16;
  static final int NETLINK_XFRM = 6;
  static final int NETLINK_NETFILTER = 12;
  static final int SOL_NETLINK = 270;
  static final int NETLINK_ADD_MEMBERSHIP = 1;
  static final int NETLINK_LISTEN_ALL_NSID = 8;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;
  static final int NETLINK_GET_STRICT_CHK = 12;

  static final int NLMSG_HDRLEN = 16;
  static final int NLMSG_NOOP = 1;
  public static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;
  static final int NLMSG_OVERRUN = 4;

  public static final int NLM_F_REQUEST = 1;
  public static final int NLM_F_ACK = 4;
  static final int NLM_F_ECHO = 8;
  static final int NLM_F_DUMP_INTR = 0x10;
  static final int NLM_F_DUMP = 0x300;
  public static final int NLM_F_REPLACE = 0x100;
  public static final int NLM_F_EXCL = 0x200;
  public static final int NLM_F_CREATE = 0x400;
  public static final int NLM_F_APPEND = 0x800;
  static final int NLM_F_CAPPED = 0x100;
  static final int NLM_F_ACK_TLVS = 0x200;

  static final int NLMSGERR_ATTR_MSG = 1;

  public static final int NLA_HDRLEN = 4;
  static final int NLA_F_NESTED = 1 << 15;
  static final int NLA_TYPE_MASK = 0x3fff;

  private NetlinkH() {}

  /** Everything in a netlink message starts at a multiple of four bytes. */
  public static long align(long length) {
    return length + 3 & ~3L;
  }
}
