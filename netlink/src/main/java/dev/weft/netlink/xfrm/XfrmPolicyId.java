package dev.weft.netlink.xfrm;

/**
 * Key by which the kernel finds a policy.
 *
 * @param direction of the packets
 * @param selector which packets it applies to
 * @param mark of these packets
 * @param interfaceId of the XFRM interface it belongs to, 0 for none ({@code XFRMA_IF_ID})
 */
public record XfrmPolicyId(
    XfrmDirection direction, XfrmSelector selector, XfrmMark mark, long interfaceId) {
  /** For packets with any mark, on no XFRM interface. */
  public static XfrmPolicyId of(XfrmDirection direction, XfrmSelector selector) {
    return new XfrmPolicyId(direction, selector, XfrmMark.NONE, 0);
  }

  @Override
  public String toString() {
    String marked = mark.isNone() ? "" : ", " + mark;
    return "%s %s%s".formatted(direction, selector, marked);
  }
}
