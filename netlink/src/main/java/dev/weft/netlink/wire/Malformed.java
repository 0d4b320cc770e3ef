package dev.weft.netlink.wire;

import dev.weft.netlink.NetlinkException;

/** Error for a message that breaks the protocol ({@code EBADMSG}). */
public final class Malformed {
  private static final int EBADMSG = 74;

  private Malformed() {}

  public static NetlinkException because(String what) {
    return new NetlinkException("read a message of the kernel", EBADMSG, what);
  }
}
