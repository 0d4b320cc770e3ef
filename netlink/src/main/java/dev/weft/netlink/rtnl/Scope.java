package dev.weft.netlink.rtnl;

/** How far an address or a route reaches ({@code linux/rtnetlink.h}, {@code RT_SCOPE_*}). */
public enum Scope {
  /** Everywhere. */
  UNIVERSE(0),
  /** Within the site; IPv6 only, and deprecated. */
  SITE(200),
  /** The directly attached link. */
  LINK(253),
  /** This host. */
  HOST(254),
  /** Nowhere: the destination does not exist. */
  NOWHERE(255);

  final int code;

  Scope(int code) {
    this.code = code;
  }

  static Scope of(int code) {
    for (Scope scope : values()) {
      if (scope.code == code) {
        return scope;
      }
    }
    return UNIVERSE;
  }
}
