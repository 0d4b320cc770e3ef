package dev.weft.netlink.xfrm;

/**
 * Ports that a selector matches: those that equal the value in the bits of the mask.
 *
 * @param value 0 to 65535
 * @param mask 0 to 65535; 0 for every port, 65535 for one
 */
public record XfrmPort(int value, int mask) {
  /** Every port. */
  public static final XfrmPort ANY = new XfrmPort(0, 0);

  /** Rejects numbers outside of 0 to 65535. */
  public XfrmPort {
    if ((value & ~0xffff) != 0 || (mask & ~0xffff) != 0) {
      throw new IllegalArgumentException(
          "%d/%d are no port and mask; use 0 to 65535".formatted(value, mask));
    }
  }

  /** One port. */
  public static XfrmPort of(int port) {
    return new XfrmPort(port, 0xffff);
  }
}
