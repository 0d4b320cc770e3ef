package dev.weft.netlink.xfrm;

/** What of a packet is protected ({@code XFRM_MODE_*}). */
public enum XfrmMode {
  /** What follows the IP header. */
  TRANSPORT(0),
  /** All of it, in a packet of its own. */
  TUNNEL(1),
  /** Route optimisation of Mobile IPv6. */
  ROUTE_OPTIMISATION(2),
  /** Route optimisation of Mobile IPv6, inbound. */
  IN_TRIGGER(3),
  /** Bound end-to-end tunnel. */
  BEET(4),
  /** One that this package does not know. */
  OTHER(255);

  final int code;

  XfrmMode(int code) {
    this.code = code;
  }

  static XfrmMode of(int code) {
    for (XfrmMode mode : values()) {
      if (mode.code == code) {
        return mode;
      }
    }
    return OTHER;
  }
}
