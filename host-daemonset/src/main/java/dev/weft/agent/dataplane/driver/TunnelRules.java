package dev.weft.agent.dataplane.driver;

import dev.weft.netlink.rtnl.Link;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Keeps foreign frames out of the tunnels of clear overlays. The node accepts frames only from
 * peers, and not from a bridge of Weft. Frames that a process or a sandbox sends to a peer are
 * dropped.
 *
 * <p>The rules match frames by UDP port. The VNI alone is not enough: the kernel passes many
 * datagrams as one ({@code UDP_SEGMENT}) and splits them after the filter, which sees only the
 * first VNI. If a foreign tunnel shares the port, the rules accept frames of other VNIs that arrive
 * on a wire, or that a process may send through this tunnel.
 *
 * @param vnis of Weft's tunnels, by UDP port
 * @param peers source addresses of other nodes' tunnels
 * @param wires names of the devices that carry Weft's tunnels
 * @param shared UDP ports that foreign tunnels on the node also use; their packets cannot be
 *     distinguished from those of the sending process
 */
public record TunnelRules(
    Map<Integer, Set<Integer>> vnis,
    Set<InetAddress> peers,
    Set<String> wires,
    Set<Integer> shared) {
  public static final TunnelRules NONE = new TunnelRules(Map.of(), Set.of(), Set.of(), Set.of());

  /** Kinds of the devices that connect local workloads to the node. */
  private static final String NEAR =
      "\"veth\", \"netkit\", \"bridge\", \"tun\", \"openvswitch\", \"macvlan\", \"ipvlan\"";

  /**
   * Matches a peer's address on a device without a route to the peer, because local workloads can
   * forge it.
   */
  private static final String PRETENDED =
      "meta iifkind { %s } fib saddr . iif oif missing drop".formatted(NEAR);

  static TunnelRules of(Collection<FilterRules> networks, NodeContext context) {
    Map<Integer, Set<Integer>> vnis = new TreeMap<>();
    Set<String> wires = new TreeSet<>();
    networks.stream()
        .flatMap(network -> network.tunnel().stream())
        .forEach(tunnel -> {
          vnis.computeIfAbsent(tunnel.port(), _ -> new TreeSet<>()).add(tunnel.vni());
          tunnel.local().stream()
              .flatMap(local -> context.carriers(local).stream())
              .map(Link::name)
              .filter(FilterRules::takes)
              .forEach(wires::add);
        });
    return new TunnelRules(
        vnis, context.nodeSpec().senders(), wires, Set.copyOf(context.tunnelsOfOthers().values()));
  }

  /** Sets and chains that the rules need. */
  String definitions() {
    return vnis.isEmpty()
        ? ""
        : peers("peers4", "ipv4_addr", true)
            + peers("peers6", "ipv6_addr", false)
            + """
              chain tunnel_input {
                iifname "lo" drop
                iifname @bridges drop
                %1$s
                ip saddr @peers4 return
                ip6 saddr @peers6 return
                drop
              }
              chain tunnel_forward {
                ip daddr @peers4 iifname @bridges drop
                ip daddr @peers4 ip saddr != @peers4 drop
                ip6 daddr @peers6 iifname @bridges drop
                ip6 daddr @peers6 ip6 saddr != @peers6 drop
                ip daddr @peers4 %1$s
                ip6 daddr @peers6 %1$s
              }
              chain tunnel_output {
                ip daddr @peers4 drop
                ip6 daddr @peers6 drop
              }
            """
                .formatted(PRETENDED)
            + (vnis.keySet().stream().anyMatch(shared::contains) ? near() : "");
  }

  /** Packets that do not arrive by a wire are local, and carry no foreign tunnel's frames. */
  private String near() {
    return (wires.isEmpty()
            ? "  set wires {\n    type ifname\n  }\n"
            : FilterRules.set("wires", "ifname", "", wires.stream().map(FilterRules::quoted)))
        + """
          chain tunnel_near {
            iifname @wires return
            iifname "lo" drop
            meta iifkind { %s } jump tunnel_input
          }
        """
            .formatted(NEAR);
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

  String input() {
    return each(port ->
        shared.contains(port)
            ? "    udp dport %1$d jump tunnel_near\n    udp dport %1$d %2$s jump tunnel_input\n"
                .formatted(port, ofOurs(port))
            : "    udp dport %d jump tunnel_input\n".formatted(port));
  }

  String forward() {
    return each("    udp dport %d jump tunnel_forward\n"::formatted);
  }

  /**
   * The kernel's own frames have no socket, unless a process of the node sends through a tunnel.
   */
  String output() {
    return each(port ->
        "    meta skuid 0-4294967294 udp dport %d %s jump tunnel_output\n"
            .formatted(port, shared.contains(port) ? ofOurs(port) : ""));
  }

  private String each(IntFunction<String> rules) {
    return vnis.keySet().stream().map(rules::apply).collect(Collectors.joining());
  }

  /** The VNI is at offset 12 of the UDP datagram (RFC 7348). */
  private String ofOurs(int port) {
    return "@th,96,24 { %s }"
        .formatted(
            vnis.getOrDefault(port, Set.of()).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ")));
  }
}
