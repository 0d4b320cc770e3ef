package dev.weft.netlink.rtnl;

/** {@code linux/neighbour.h}. */
final class NeighbourH {
  static final int NDMSG = 12;
  static final int NDA_DST = 1;
  static final int NDA_LLADDR = 2;
  static final int NDA_VLAN = 5;
  static final int NDA_PORT = 6;
  static final int NDA_VNI = 7;
  static final int NDA_MASTER = 9;

  static final int NUD_REACHABLE = 0x02;
  static final int NUD_STALE = 0x04;
  static final int NUD_NOARP = 0x40;
  static final int NUD_PERMANENT = 0x80;

  private NeighbourH() {}
}
