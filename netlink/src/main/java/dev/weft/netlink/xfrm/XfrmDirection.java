package dev.weft.netlink.xfrm;

import dev.weft.netlink.wire.Malformed;

/** Direction of the packets that a policy applies to ({@code XFRM_POLICY_*}). */
public enum XfrmDirection {
  /** Received packets for this host. */
  IN(0),
  /** Packets that leave this host, forwarded ones included. */
  OUT(1),
  /** Received packets to be forwarded. */
  FORWARD(2);

  final int code;

  XfrmDirection(int code) {
    this.code = code;
  }

  static XfrmDirection of(int code) {
    for (XfrmDirection direction : values()) {
      if (direction.code == code) {
        return direction;
      }
    }
    throw Malformed.because("%d is no direction of a policy".formatted(code));
  }
}
