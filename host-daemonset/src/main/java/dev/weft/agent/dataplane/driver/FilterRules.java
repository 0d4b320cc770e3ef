package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.kernel.IpsecTables;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NftTable;
import dev.weft.netlink.IpPrefix;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The packet filter rules for the bridge of one network.
 *
 * @param bridge name of the bridge
 * @param masquerade blocks whose outgoing packets get the node's address
 * @param tunnel the bridge's VXLAN device, if it sends frames in clear
 */
public record FilterRules(
    String bridge,
    Set<Restriction> restrictions,
    List<IpPrefix> masquerade,
    Optional<DeviceKind.Vxlan> tunnel) {
  /**
   * A bridge hands frames to these addresses to the node as its port's own, before any rule of the
   * bridge, and no packet of IP is ever sent to them (IEEE 802.1Q, table 8-1).
   */
  private static final String RESERVED =
      "    ether daddr & ff:ff:ff:ff:ff:f0 == 01:80:c2:00:00:00 drop\n";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,14}");

  /** What the filter drops. */
  enum Restriction {
    /** Drops all forwarded packets. */
    CLOSED,
    /** Drops packets from the bridge to the node itself. */
    DEAF,
    /** Drops packets into the bridge except answers. */
    GUARDED,
    /** Drops packets between endpoints, also those routed by the node. */
    APART
  }

  /** Whether the table can contain a device's name; Weft's names always qualify. */
  static boolean takes(String device) {
    return NAME.matcher(device).matches();
  }

  /** The rules of a bridge without masquerading or tunnel. */
  public static FilterRules of(String bridge, Set<Restriction> restrictions) {
    return new FilterRules(bridge, restrictions, List.of(), Optional.empty());
  }

  /** Whether the bridge forwards frames between its ports. */
  public boolean isOneSegment() {
    return !is(Restriction.APART);
  }

  /** Whether the node forwards what the bridge sends to the world. */
  public boolean isOpen() {
    return !is(Restriction.CLOSED);
  }

  private boolean is(Restriction restriction) {
    return restrictions.contains(restriction);
  }

  /**
   * Returns the whole table; empty if nothing needs one.
   *
   * @param encrypted ports that drop clear text and foreign IPsec, whatever the IPsec policies are
   * @param tunnels rules that keep foreign frames out of the networks' tunnels
   */
  public static Optional<Item.Filter> table(
      Collection<FilterRules> networks, Set<Integer> encrypted, TunnelRules tunnels) {
    if (networks.isEmpty() && encrypted.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder sets = new StringBuilder();
    StringBuilder forward = new StringBuilder();
    StringBuilder input = new StringBuilder();
    StringBuilder output = new StringBuilder();
    StringBuilder postrouting = new StringBuilder();
    for (int port : encrypted) {
      input.append(shut(port, "meta", "in"));
      output.append(shut(port, "rt", "out"));
    }
    if (!networks.isEmpty()) {
      sets.append(names("bridges", networks, _ -> true));
      sets.append(tunnels.definitions());
      forward.append(tunnels.forward());
      input.append(RESERVED);
      input.append(tunnels.input());
      output.append(tunnels.output());
      bridges(networks, sets, forward, input);
    }
    StringBuilder stray = new StringBuilder();
    for (int version : List.of(4, 6)) {
      if (masquerade(networks, version, sets, postrouting)) {
        untranslatable(version, forward, input, stray);
      }
    }
    return Optional.of(
        new Item.Filter(
            "table "
                + NftTable.FILTER
                + " {\n"
                + sets
                + stray
                + chain("forward", "filter", "forward", "0", forward)
                + chain("input", "filter", "input", "0", input)
                + chain("output", "filter", "output", "0", output)
                + chain("postrouting", "nat", "postrouting", "100", postrouting)
                + "}\n"));
  }

  /** Matches a reqid only where the kernel has IPsec. */
  private static String shut(int port, String missing, String direction) {
    return """
        udp dport %1$d %2$s ipsec missing drop
        udp dport %1$d ipsec %3$s reqid != %4$d drop
    """
        .formatted(port, missing, direction, IpsecTables.REQID);
  }

  private static void bridges(
      Collection<FilterRules> networks,
      StringBuilder sets,
      StringBuilder forward,
      StringBuilder input) {
    List<String> together =
        networks.stream()
            .filter(network -> !network.is(Restriction.APART))
            .map(network -> quoted(network.bridge) + " . " + quoted(network.bridge))
            .toList();
    if (!together.isEmpty()) {
      sets.append(set("same", "ifname . ifname", "", together.stream()));
      forward.append("    iifname . oifname @same accept\n");
    }
    if (networks.stream().anyMatch(each -> each.is(Restriction.CLOSED))) {
      sets.append(names("closed", networks, each -> each.is(Restriction.CLOSED)));
      forward.append("    iifname @closed drop\n    oifname @closed drop\n");
    }
    forward.append("    iifname @bridges oifname @bridges drop\n");
    if (networks.stream().anyMatch(each -> each.is(Restriction.GUARDED))) {
      sets.append(names("guarded", networks, each -> each.is(Restriction.GUARDED)));
      forward.append("    oifname @guarded ct state established,related accept\n");
      forward.append("    oifname @guarded drop\n");
    }
    if (networks.stream().anyMatch(each -> each.is(Restriction.DEAF))) {
      sets.append(names("deaf", networks, each -> each.is(Restriction.DEAF)));
      input.append("    iifname @deaf drop\n");
    }
  }

  /**
   * Drops packets without a connection, because conntrack does not translate them. From a sandbox,
   * they would leave with the sandbox's address. An answer would reach the node instead, which
   * would reset the sandbox's connection, unless the node has a socket for it.
   */
  private static void untranslatable(
      int version, StringBuilder forward, StringBuilder input, StringBuilder stray) {
    forward.append(
        "    ct state invalid %s saddr @masquerade%d drop\n"
            .formatted(version == 4 ? "ip" : "ip6", version));
    input.append(
        "    meta nfproto ipv%d meta l4proto tcp iifname != @bridges ct state invalid jump stray\n"
            .formatted(version));
    if (stray.isEmpty()) {
      stray.append(
          """
            chain stray {
              iifname "lo" return
              socket transparent 0 return
              socket transparent 1 return
              drop
            }
          """);
    }
  }

  private static boolean masquerade(
      Collection<FilterRules> networks, int version, StringBuilder sets, StringBuilder rules) {
    List<String> blocks =
        networks.stream()
            .flatMap(network -> network.masquerade.stream())
            .filter(block -> (block.address().getAddress().length == 4) == (version == 4))
            .map(IpPrefix::toString)
            .toList();
    if (!blocks.isEmpty()) {
      String name = "masquerade" + version;
      sets.append(
          set(
              name,
              "ipv%d_addr".formatted(version),
              "    flags interval\n    auto-merge\n",
              blocks.stream()));
      if (rules.isEmpty()) {
        rules.append("    oifname @bridges accept\n    oifname \"lo\" accept\n");
      }
      rules.append("    %s saddr @%s masquerade\n".formatted(version == 4 ? "ip" : "ip6", name));
    }
    return !blocks.isEmpty();
  }

  private static String names(
      String set, Collection<FilterRules> networks, Predicate<FilterRules> which) {
    return set(set, "ifname", "", networks.stream().filter(which).map(n -> quoted(n.bridge)));
  }

  static String set(String name, String type, String options, Stream<String> elements) {
    return "  set %s {\n    type %s\n%s    elements = { %s }\n  }\n"
        .formatted(
            name,
            type,
            options,
            elements.collect(Collectors.toCollection(TreeSet::new)).stream()
                .collect(Collectors.joining(", ")));
  }

  private static String chain(
      String name, String type, String hook, String priority, StringBuilder rules) {
    return rules.isEmpty()
        ? ""
        : "  chain %s {\n    type %s hook %s priority %s; policy accept;\n%s  }\n"
            .formatted(name, type, hook, priority, rules);
  }

  static String quoted(String name) {
    return '"' + name + '"';
  }
}
