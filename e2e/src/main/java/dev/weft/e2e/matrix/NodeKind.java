package dev.weft.e2e.matrix;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A common kind of node, as shell commands that configure a node of the lab. In them {@code N} is
 * the node's number, 1 or 2, and {@code PEER} the other one's.
 */
enum NodeKind {
  /** The lab's own. */
  PLAIN("as it comes", ""),

  /**
   * IPv6 switched off on every interface, also on later ones. A kernel booted with {@code
   * ipv6.disable=1} has no such settings at all.
   */
  IPV6_OFF(
      "IPv6 off",
      "for each in all default lo eth0; do echo 1 >/proc/sys/net/ipv6/conf/$each/disable_ipv6;"
          + " done"),

  /** Settings that hardening guides recommend. */
  HARDENED(
      "hardened sysctls",
      """
      cd /proc/sys/net/ipv4/conf
      for each in all default eth0; do
        echo 1 >$each/rp_filter; echo 1 >$each/arp_ignore; echo 2 >$each/arp_announce
        echo 0 >$each/accept_redirects; echo 0 >$each/send_redirects; echo 1 >$each/log_martians
        echo 0 >$each/accept_source_route
        echo 0 >/proc/sys/net/ipv6/conf/$each/accept_ra
        echo 0 >/proc/sys/net/ipv6/conf/$each/accept_redirects
      done
      """),

  /** A host firewall, such as ufw's, that forwards nothing and sees bridged packets. */
  FORWARD_DROP(
      "FORWARD drops",
      """
      for each in 4 6; do
        nft "add table ip${each#4} filter"
        nft "add chain ip${each#4} filter FORWARD { type filter hook forward priority filter; policy drop; }"
      done
      for each in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do
        [ ! -e $each ] || echo 1 >$each
      done
      """),

  /** A firewall that reloads again and again while traffic flows. */
  NFT_RELOADED("nft reloaded", "", "nft flush ruleset"),

  /** The least MTU with IPv6. */
  MTU_1280("NIC MTU 1280", "ip link set eth0 mtu 1280"),
  MTU_1400("NIC MTU 1400", "ip link set eth0 mtu 1400"),
  MTU_1500("NIC MTU 1500", "ip link set eth0 mtu 1500"),
  MTU_9000("NIC MTU 9000", "ip link set eth0 mtu 9000"),

  /** Routing on the host: a node is known by an address of its loopback interface. */
  VTEP_ON_LO(
      "VTEP on lo",
      """
      ip address add 10.255.0.$N/32 dev lo
      ip route add 10.255.0.$PEER/32 via 192.168.77.$((10 + PEER)) src 10.255.0.$N
      """),

  /**
   * Addresses of Services on a device of the node. A bridge stands in where dummies are missing.
   */
  IPVS(
      "IPVS",
      """
      ip link add kube-ipvs0 type dummy 2>/dev/null || ip link add kube-ipvs0 type bridge
      ip link set kube-ipvs0 arp off
      for each in 10.96.0.1 10.96.0.10; do ip address add $each/32 dev kube-ipvs0; done
      """),

  /** The IPv6 default route comes by router advertisements, which a router does not accept. */
  ADVERTISED(
      "RA underlay",
      """
      echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
      echo 1 >/proc/sys/net/ipv6/conf/eth0/accept_ra
      """),

  /** The node gets another address while networks are live. */
  RENUMBERED(
      "renumbered",
      "",
      """
      [ $N = 2 ] || exit 0
      ip address show dev eth0 | grep -q 192.168.77.99/24 && exit 0
      ip address delete 192.168.77.12/24 dev eth0
      ip address add 192.168.77.99/24 dev eth0
      ip route replace default via 192.168.77.254 dev eth0
      """);

  private final String label;
  private final String before;
  private final String during;

  NodeKind(String label, String before) {
    this(label, before, "");
  }

  NodeKind(String label, String before, String during) {
    this.label = label;
    this.before = before;
    this.during = during;
  }

  /** Name in the table. */
  String label() {
    return label;
  }

  /** Name on the command line. */
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Commands for a node before its agent starts. */
  String before() {
    return before;
  }

  /** Commands for a node, again and again while its networks are in use; empty for none. */
  String during() {
    return during;
  }

  /** MTU of the LAN between the nodes, bytes. */
  int wireMtu() {
    return this == MTU_9000 ? 9000 : 1500;
  }

  /** Blocks for {@code Mesh.spec.underlay}, where the default would be another address. */
  Optional<String> underlay() {
    return Optional.ofNullable(Map.of(VTEP_ON_LO, "10.255.0.0/24").get(this));
  }

  /** What these commands need in front of them. */
  static String variables(int number) {
    return "N=%d; PEER=%d\n".formatted(number, 3 - number);
  }
}
