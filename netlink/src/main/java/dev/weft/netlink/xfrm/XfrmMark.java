package dev.weft.netlink.xfrm;

/**
 * A packet mark and the bits of it that count ({@code struct xfrm_mark}). It fits a packet whose
 * own mark has these bits.
 *
 * @param value the bits, none outside the mask
 * @param mask which bits count
 */
public record XfrmMark(int value, int mask) {
  /** Fits every packet. */
  public static final XfrmMark NONE = new XfrmMark(0, 0);

  /** Whether any bit counts. */
  public boolean isNone() {
    return value == 0 && mask == 0;
  }

  @Override
  public String toString() {
    return "mark 0x%x/0x%x".formatted(value, mask);
  }
}
