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
 * What keeps strangers out of the tunnels of clear overlays: into the node frames come from peers
 * only, and by none of our bridges; what a process or a sandbox sends to a peer does not leave.
 *
 * <p>Frames count by UDP port. By VNI alone they cannot be told: the kernel hands on many datagrams
 * as one ({@code UDP_SEGMENT}) and cuts them up behind the filter, which sees no more than the
 * first one's VNI. Only where the node has a tunnel of others on the port, those of other VNIs are
 * left alone that come by the wire, or that a process may send by that tunnel.
 *
 * @param vnis of our tunnels, by UDP port
 * @param peers addresses that other nodes' tunnels start from
 * @param wires names of the devices that carry our tunnels
 * @param shared UDP ports of which the node has tunnels of others; what a process sends by these
 *     looks like the process's own
 */
public record TunnelRules(
    Map<Integer, Set<Integer>> vnis,
    Set<InetAddress> peers,
    Set<String> wires,
    Set<Integer> shared) {
  public static final TunnelRules NONE = new TunnelRules(Map.of(), Set.of(), Set.of(), Set.of());

  /** Kinds of the devices by which what runs on the node itself reaches it. */
  private static final String NEAR =
      "\"veth\", \"netkit\", \"bridge\", \"tun\", \"openvswitch\", \"macvlan\", \"ipvlan\"";

  /** A peer's address from where no peer is: whatever runs on the node can write it. */
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

  /** What does not come by the wire comes from the node itself, with nothing of others in it. */
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

  /** The kernel's own frames have no socket, unless a process of the node sends by a tunnel. */
  String output() {
    return each(port ->
        "    meta skuid 0-4294967294 udp dport %d %s jump tunnel_output\n"
            .formatted(port, shared.contains(port) ? ofOurs(port) : ""));
  }

  private String each(IntFunction<String> rules) {
    return vnis.keySet().stream().map(rules::apply).collect(Collectors.joining());
  }

  /** The VNI stands 12 bytes into UDP (RFC 7348). */
  private String ofOurs(int port) {
    return "@th,96,24 { %s }"
        .formatted(
            vnis.getOrDefault(port, Set.of()).stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ")));
  }
}
