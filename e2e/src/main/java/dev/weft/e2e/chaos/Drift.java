package dev.weft.e2e.chaos;

import java.util.List;

/**
 * A change by another program to Weft's objects, repaired by the agent, as a shell command. {@link
 * Shell} sets variables with the names of devices.
 *
 * @param name short description of the change
 */
record Drift(String name, Place place, String command) {

  /** The network namespace where the change is made. */
  enum Place {
    /** A node with an overlay and two bridge networks. */
    NODE,
    /** The sandbox of a pod on a bridge network, with {@code eth0}. */
    SANDBOX
  }

  /** All kinds, in a fixed order: schedules choose by position. */
  static final List<Drift> ALL =
      List.of(
          node("overlay bridge deleted", "ip link delete $OVERLAY"),
          node("VXLAN device deleted", "ip link delete $VXLAN"),
          node("VXLAN device down", "ip link set $VXLAN down"),
          node("VXLAN device MTU changed", "ip link set $VXLAN mtu 1300"),
          node("VXLAN device off its bridge", "ip link set $VXLAN nomaster"),
          node("VXLAN device answers no ARP", "bridge link set dev $VXLAN neigh_suppress off"),
          node("VXLAN device learns", "bridge link set dev $VXLAN learning on"),
          node("forwarding entry deleted", "bridge fdb del $MAC dev $VXLAN dst $PEER self"),
          node("flooding entry deleted", "bridge fdb del 00:00:00:00:00:00 dev $VXLAN dst $PEER"),
          node(
              "foreign flooding entry",
              "bridge fdb append 00:00:00:00:00:00 dev $VXLAN dst 192.168.77.99"),
          node("bridge entry deleted", "bridge fdb del $MAC dev $VXLAN master"),
          node("neighbour deleted", "ip neigh del $REMOTE dev $OVERLAY"),
          node(
              "neighbour changed",
              "ip neigh replace $REMOTE lladdr 02:00:00:00:00:99 dev $OVERLAY nud permanent"),
          node("bridge deleted", "ip link delete weft-web"),
          node("bridge down", "ip link set weft-web down"),
          node("bridge MTU changed", "ip link set weft-web mtu 1300"),
          node("bridge address removed", "ip address flush dev weft-web"),
          node("bridge mark removed", "ip link set weft-web alias ''"),
          node("bridge renamed", "ip link set weft-web down; ip link set weft-web name moved"),
          node("port off its bridge", "ip link set $PORT nomaster"),
          node("port down", "ip link set $PORT down"),
          node("port mark removed", "ip link set $PORT alias ''"),
          node("port deleted", "ip link delete $PORT"),
          node("ruleset flushed", "nft flush ruleset; " + Shell.FOREIGN_RULES),
          node("table deleted", "nft delete table inet weft"),
          node("chain flushed", "nft flush chain inet weft forward"),
          node("rule inserted", "nft insert rule inet weft forward accept"),
          node("set flushed", "nft flush set inet weft bridges"),
          node("element added", "nft add element inet weft masquerade4 '{ 203.0.113.0/24 }'"),
          sandbox("interface down", "ip link set eth0 down"),
          sandbox("interface deleted", "ip link delete eth0"),
          node("connected route removed", "ip -4 route flush dev weft-web proto kernel"),
          sandbox("addresses flushed", "ip address flush dev eth0"),
          sandbox("routes flushed", "ip -4 route flush dev eth0"),
          sandbox("MTU changed", "ip link set eth0 mtu 1300"),
          sandbox("mark removed", "ip link set eth0 alias '' group 0"),
          sandbox("reverse paths filtered", "sysctl -qw net.ipv4.conf.eth0.rp_filter=1"));

  private static Drift node(String name, String command) {
    return new Drift(name, Place.NODE, command);
  }

  private static Drift sandbox(String name, String command) {
    return new Drift(name + " in a sandbox", Place.SANDBOX, command);
  }
}
