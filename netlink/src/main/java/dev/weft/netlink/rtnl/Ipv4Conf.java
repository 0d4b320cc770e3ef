package dev.weft.netlink.rtnl;

/**
 * IPv4 settings of one link, the same as {@code /proc/sys/net/ipv4/conf/LINK/}, read and written
 * through {@code IFLA_AF_SPEC} ({@code linux/ip.h}, {@code IPV4_DEVCONF_*}). A switch is 0 or 1.
 */
public enum Ipv4Conf {
  /** Whether packets received here are forwarded. */
  FORWARDING(1),
  /** Whether ARP requests for addresses of other links are answered. */
  PROXY_ARP(3),
  /** Whether ICMP redirects are obeyed. */
  ACCEPT_REDIRECTS(4),
  /** Whether ICMP redirects are sent. */
  SEND_REDIRECTS(6),
  /** Source validation: 0 none, 1 strict, 2 loose. */
  RP_FILTER(8),
  /** Whether ARP answers depend on the route to the asker. */
  ARP_FILTER(13),
  /** Which source address ARP requests carry: 0 any, 1 of the subnet, 2 the best. */
  ARP_ANNOUNCE(18),
  /** Which ARP requests are answered: 0 all, 1 for addresses of this link, 2 also same subnet. */
  ARP_IGNORE(19),
  /** Whether a secondary address takes the place of a removed primary one. */
  PROMOTE_SECONDARIES(20),
  /** Whether gratuitous ARP makes new neighbour entries. */
  ARP_ACCEPT(21),
  /** Whether an address change is announced by gratuitous ARP. */
  ARP_NOTIFY(22),
  /** Whether packets with a local source address are accepted. */
  ACCEPT_LOCAL(23),
  /** Whether 127.0.0.0/8 may be routed here. */
  ROUTE_LOCALNET(26);

  final int code;

  Ipv4Conf(int code) {
    this.code = code;
  }
}
