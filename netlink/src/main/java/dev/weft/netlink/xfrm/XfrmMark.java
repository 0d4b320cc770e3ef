package dev.weft.netlink.xfrm;

/**
 * A packet mark with a mask ({@code struct xfrm_mark}). It matches a packet with the same bits
 * under the mask.
 *
 * @param value the bits, none outside the mask
 * @param mask which bits count
 */
public record XfrmMark(int value, int mask) {
  /** Matches every packet. */
  public static final XfrmMark NONE = new XfrmMark(0, 0);

  /** Whether it is {@link #NONE}, with an empty mask. */
  public boolean isNone() {
    return value == 0 && mask == 0;
  }

  @Override
  public String toString() {
    return "mark 0x%x/0x%x".formatted(value, mask);
  }
}
