package dev.weft.netlink;

import dev.weft.netlink.rtnl.LinkSettings;

/**
 * IPv6 settings of one link, the same as {@code /proc/sys/net/ipv6/conf/LINK/}, read through {@code
 * IFLA_INET6_CONF} ({@code linux/ipv6.h}, {@code DEVCONF_*}). The kernel takes them through {@code
 * /proc} only. A switch is 0 or 1.
 */
public enum Ipv6Conf {
  /** Whether packets received here are forwarded, as by a router. */
  FORWARDING("forwarding", 0),
  /** Whether router advertisements are obeyed: 0 no, 1 unless it forwards, 2 always. */
  ACCEPT_RA("accept_ra", 3),
  /** Whether ICMP redirects are obeyed. */
  ACCEPT_REDIRECTS("accept_redirects", 4),
  /** Whether advertised prefixes give it addresses. */
  AUTOCONF("autoconf", 5),
  /** Whether it has no IPv6 at all. */
  DISABLE_IPV6("disable_ipv6", 26),
  /** How the kernel makes its link-local address: a {@link LinkSettings.AddressGeneration}. */
  ADDR_GEN_MODE("addr_gen_mode", 47);

  private final String file;
  public final int place;

  Ipv6Conf(String file, int place) {
    this.file = file;
    this.place = place;
  }

  /** Its name below {@code /proc/sys/net/ipv6/conf/LINK/}. */
  public String file() {
    return file;
  }
}
