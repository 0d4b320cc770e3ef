package dev.weft.netlink.xfrm;

import dev.weft.netlink.wire.Malformed;

/** Where a policy looks at packets ({@code XFRM_POLICY_*}). */
public enum XfrmDirection {
  /** Those for this host, when they have come in. */
  IN(0),
  /** Those that leave, also forwarded ones. */
  OUT(1),
  /** Those to be forwarded, when they have come in. */
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
