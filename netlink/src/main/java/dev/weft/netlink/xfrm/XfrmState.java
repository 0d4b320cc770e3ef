package dev.weft.netlink.xfrm;

/**
 * A state as the kernel reports it. Its key is never read.
 *
 * @param spec its properties
 * @param usage its usage so far
 * @param sequence its sequence numbers
 * @param failures packets it has dropped
 */
public record XfrmState(XfrmStateSpec spec, XfrmUsage usage, Sequence sequence, Failures failures) {
  /**
   * Sequence numbers, as unsigned numbers of 32 bits, or of 64 with extended ones.
   *
   * @param sent of the last packet out, 0 if there was none
   * @param received the highest of the packets that came in, 0 if there was none
   */
  public record Sequence(long sent, long received) {}

  /**
   * Dropped inbound packets ({@code struct xfrm_stats}).
   *
   * @param late packets older than the replay window
   * @param replayed packets received before
   * @param forged packets with a failed integrity check
   */
  public record Failures(long late, long replayed, long forged) {}
}
