package dev.weft.agent.dataplane.driver;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What keeps strangers out of the tunnels of clear overlays. Frames count by UDP port and VNI, so
 * that other users of the port are left alone: into the node they come from peers only, and by none
 * of our bridges; what a process or a sandbox sends to a peer as such a frame does not leave.
 *
 * @param vnis of our tunnels, by UDP port
 * @param peers addresses that other nodes' tunnels start from
 */
record TunnelRules(Map<Integer, Set<Integer>> vnis, Set<InetAddress> peers) {

  /** Which way a packet takes through the node. */
  enum Way {
    INPUT(""),
    FORWARD(""),
    /** The kernel's own frames have no socket. */
    OUTPUT("meta skuid 0-4294967294 ");

    private final String condition;

    Way(String condition) {
      this.condition = condition;
    }

    private String chain() {
      return "tunnel_" + name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  static TunnelRules of(Collection<FilterRules> networks, Set<InetAddress> peers) {
    Map<Integer, Set<Integer>> vnis = new TreeMap<>();
    networks.stream()
        .flatMap(network -> network.tunnel().stream())
        .forEach(
            tunnel -> vnis.computeIfAbsent(tunnel.port(), _ -> new TreeSet<>()).add(tunnel.vni()));
    return new TunnelRules(vnis, peers);
  }

  /** Sets and chains that {@link #jumps} needs. */
  String definitions() {
    return vnis.isEmpty()
        ? ""
        : peers("peers4", "ipv4_addr", true)
            + peers("peers6", "ipv6_addr", false)
            + """
              chain tunnel_input {
                iifname "lo" drop
                iifname @bridges drop
                ip saddr @peers4 return
                ip6 saddr @peers6 return
                drop
              }
              chain tunnel_forward {
                ip daddr @peers4 iifname @bridges drop
                ip daddr @peers4 ip saddr != @peers4 drop
                ip6 daddr @peers6 iifname @bridges drop
                ip6 daddr @peers6 ip6 saddr != @peers6 drop
              }
              chain tunnel_output {
                ip daddr @peers4 drop
                ip6 daddr @peers6 drop
              }
            """;
  }

  private String peers(String set, String type, boolean ipv4) {
    Set<String> addresses =
        peers.stream()
            .filter(each -> each instanceof Inet4Address == ipv4)
            .map(InetAddress::getHostAddress)
            .collect(Collectors.toCollection(TreeSet::new));
    return addresses.isEmpty()
        ? "  set %s {\n    type %s\n  }\n".formatted(set, type)
        : FilterRules.set(set, type, "", addresses.stream());
  }

  /** The VNI stands 12 bytes into UDP (RFC 7348). */
  String jumps(Way way) {
    return vnis.entrySet().stream()
        .map(each ->
            "    %sudp dport %d @th,96,24 { %s } jump %s\n"
                .formatted(
                    way.condition,
                    each.getKey(),
                    each.getValue().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                    way.chain()))
        .collect(Collectors.joining());
  }
}
