package dev.weft.netlink.xfrm;

/**
 * How packets that were captured and sent again are found.
 *
 * @param window how far a packet may come late, in packets; 0 for no protection
 * @param extended whether sequence numbers have 64 bits instead of 32 (ESN, RFC 4303); takes a
 *     window, in older kernels for outbound states too
 */
public record XfrmReplay(int window, boolean extended) {
  /** None is found. */
  public static final XfrmReplay OFF = new XfrmReplay(0, false);

  /** Extended sequence numbers with a window of so many packets. */
  public static XfrmReplay extended(int window) {
    return new XfrmReplay(window, true);
  }
}
