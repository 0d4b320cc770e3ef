package dev.weft.netlink;

/** What a message that breaks the protocol is answered with. */
final class Malformed {
  private static final int EBADMSG = 74;

  private Malformed() {}

  static NetlinkException because(String what) {
    return new NetlinkException("read a message of the kernel", EBADMSG, what);
  }
}
