package dev.weft.netlink.wire;

/** {@code linux/rtnetlink.h}, {@code linux/if_addr.h} and the address families. */
public final class RtnetlinkH {
  public static final int AF_UNSPEC = 0;
  public static final int AF_INET = 2;
  public static final int AF_BRIDGE = 7;
  public static final int AF_INET6 = 10;

  public static final int RTM_NEWLINK = 16;
  public static final int RTM_DELLINK = 17;
  public static final int RTM_GETLINK = 18;
  public static final int RTM_SETLINK = 19;
  public static final int RTM_NEWADDR = 20;
  public static final int RTM_DELADDR = 21;
  public static final int RTM_GETADDR = 22;
  public static final int RTM_NEWROUTE = 24;
  public static final int RTM_DELROUTE = 25;
  public static final int RTM_GETROUTE = 26;
  public static final int RTM_NEWNEIGH = 28;
  public static final int RTM_DELNEIGH = 29;
  public static final int RTM_GETNEIGH = 30;
  public static final int RTM_NEWNETCONF = 80;

  public static final int RTM_NEWNSID = 88;
  public static final int RTM_GETNSID = 90;

  public static final int RTNLGRP_LINK = 1;
  public static final int RTNLGRP_NEIGH = 3;
  public static final int RTNLGRP_IPV4_IFADDR = 5;
  public static final int RTNLGRP_IPV4_ROUTE = 7;
  public static final int RTNLGRP_IPV6_IFADDR = 9;
  public static final int RTNLGRP_IPV6_ROUTE = 11;
  public static final int RTNLGRP_IPV4_NETCONF = 24;
  public static final int RTNLGRP_IPV6_NETCONF = 25;

  public static final int IFADDRMSG = 8;
  public static final int IFA_ADDRESS = 1;
  public static final int IFA_LOCAL = 2;
  public static final int IFA_FLAGS = 8;

  public static final int RTMSG = 12;
  public static final int RTNEXTHOP = 8;
  public static final int RTN_UNICAST = 1;
  public static final int RTM_F_CLONED = 0x200;
  public static final int RTM_F_LOOKUP_TABLE = 0x1000;
  public static final int RTA_DST = 1;
  public static final int RTA_OIF = 4;
  public static final int RTA_GATEWAY = 5;
  public static final int RTA_PRIORITY = 6;
  public static final int RTA_PREFSRC = 7;
  public static final int RTA_MULTIPATH = 9;
  public static final int RTA_TABLE = 15;
  public static final int RTA_VIA = 18;

  public static final int NETCONFMSG = 4;
  public static final int NETCONFA_IFINDEX = 1;

  private RtnetlinkH() {}
}
