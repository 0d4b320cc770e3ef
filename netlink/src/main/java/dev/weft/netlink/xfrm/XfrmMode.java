package dev.weft.netlink.xfrm;

/** Protected part of a packet ({@code XFRM_MODE_*}). */
public enum XfrmMode {
  /** The bytes after the IP header. */
  TRANSPORT(0),
  /** The whole packet, inside a new one. */
  TUNNEL(1),
  /** Route optimisation of Mobile IPv6. */
  ROUTE_OPTIMISATION(2),
  /** Route optimisation of Mobile IPv6, inbound. */
  IN_TRIGGER(3),
  /** Bound end-to-end tunnel. */
  BEET(4),
  /** A mode that this package does not know. */
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
