package dev.weft.netlink.rtnl;

/** {@code linux/if_link.h}, {@code linux/veth.h} and {@code linux/if.h}. */
final class IfLinkH {
  static final int IFINFOMSG = 16;
  static final int IFF_UP = 1;
  static final int IFNAMSIZ = 16;
  static final int IFALIASZ = 256;
  static final int RTEXT_FILTER_SKIP_STATS = 8;

  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_PROTINFO = 12;
  static final int IFLA_TXQLEN = 13;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_AF_SPEC = 26;
  static final int IFLA_GROUP = 27;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_PROMISCUITY = 30;
  static final int IFLA_CARRIER = 33;
  static final int IFLA_LINK_NETNSID = 37;
  static final int IFLA_PERM_ADDRESS = 54;

  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;

  static final int IFLA_INET_CONF = 1;
  static final int IFLA_INET6_CONF = 2;
  static final int IFLA_INET6_ADDR_GEN_MODE = 8;

  static final int IFLA_BR_FORWARD_DELAY = 1;
  static final int IFLA_BR_AGEING_TIME = 4;
  static final int IFLA_BR_STP_STATE = 5;
  static final int IFLA_BR_VLAN_FILTERING = 7;
  static final int IFLA_BR_MCAST_SNOOPING = 23;
  static final int IFLA_BR_MULTI_BOOLOPT = 46;

  /** {@code BR_BOOLOPT_NO_LL_LEARN}, as a bit. */
  static final int NO_LL_LEARN = 1;

  static final int IFLA_BRPORT_MODE = 4;
  static final int IFLA_BRPORT_LEARNING = 8;
  static final int IFLA_BRPORT_UNICAST_FLOOD = 9;
  static final int IFLA_BRPORT_FLUSH = 24;
  static final int IFLA_BRPORT_MCAST_FLOOD = 27;
  static final int IFLA_BRPORT_BCAST_FLOOD = 30;
  static final int IFLA_BRPORT_NEIGH_SUPPRESS = 32;
  static final int IFLA_BRPORT_ISOLATED = 33;
  static final int IFLA_BRPORT_LOCKED = 39;

  static final int IFLA_VXLAN_ID = 1;
  static final int IFLA_VXLAN_LINK = 3;
  static final int IFLA_VXLAN_LOCAL = 4;
  static final int IFLA_VXLAN_TTL = 5;
  static final int IFLA_VXLAN_LEARNING = 7;
  static final int IFLA_VXLAN_PORT = 15;
  static final int IFLA_VXLAN_LOCAL6 = 17;
  static final int IFLA_VXLAN_UDP_CSUM = 18;
  static final int IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 19;
  static final int IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 20;
  static final int IFLA_VXLAN_DF = 29;

  static final int IFLA_MACVLAN_MODE = 1;
  static final int IFLA_VLAN_ID = 1;
  static final int VETH_INFO_PEER = 1;

  private IfLinkH() {}
}
