package dev.weft.netlink.xfrm;

/**
 * Replay protection.
 *
 * @param window how many packets late a packet may arrive; 0 for no protection
 * @param extended whether sequence numbers have 64 bits instead of 32 (ESN, RFC 4303); needs a
 *     window, in older kernels for outbound states too
 */
public record XfrmReplay(int window, boolean extended) {
  /** No replay protection. */
  public static final XfrmReplay OFF = new XfrmReplay(0, false);

  /** Extended sequence numbers with a window of this many packets. */
  public static XfrmReplay extended(int window) {
    return new XfrmReplay(window, true);
  }
}
