package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.driver.FilterRules;
import dev.weft.agent.dataplane.driver.NetworkDriver;
import dev.weft.agent.dataplane.kernel.FirewallProbe;
import dev.weft.agent.dataplane.kernel.ForwardChains;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.nft.NftablesException;
import dev.weft.netlink.rtnl.Link;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reports what the node's own firewall drops of networks that exist: packets between pods of one
 * bridge, and packets to the world. The firewall is the node's, so it stays as it is.
 */
final class Firewall {
  private final HostKernel kernel;
  private final SandboxInterfaces interfaces;

  /** Keys of the ways that were probed since the last pass over everything. */
  private final Set<String> probed = new HashSet<>();

  Firewall(HostKernel kernel, SandboxInterfaces interfaces) {
    this.kernel = kernel;
    this.interfaces = interfaces;
  }

  /** Probes all networks, and adds what it finds to their problems; returns that by network. */
  Map<String, List<Problem>> look(NodeSpec spec, LastPass left) {
    probed.clear();
    left.networks().values().forEach(each -> each.problems().removeIf(Problem::isOfNode));
    return lookAtNew(spec, left, left.networks().keySet());
  }

  /** The same for those ways of these networks that were not probed yet. */
  Map<String, List<Problem>> lookAtNew(NodeSpec spec, LastPass left, Collection<String> names) {
    Map<FirewallProbe.Way, String> ways = new HashMap<>();
    for (String name : names) {
      NetworkSpec network = spec.networks().get(name);
      LastPass.Carried carried = left.networks().get(name);
      if (network != null && carried != null) {
        carried
            .driver()
            .flatMap(NetworkDriver::rules)
            .ifPresent(rules ->
                ways(rules, network).stream()
                    .filter(way -> probed.add(way.key()))
                    .forEach(way -> ways.put(way, name)));
      }
    }
    Map<String, List<Problem>> problems = new HashMap<>();
    for (FirewallProbe.Way way : dropped(ways.keySet())) {
      String name = ways.getOrDefault(way, "");
      LastPass.Carried carried = left.networks().get(name);
      if (carried != null) {
        Problem problem = problem(way);
        carried.problems().add(problem);
        problems.computeIfAbsent(name, _ -> new ArrayList<>()).add(problem);
      }
    }
    return problems;
  }

  /** At most one inside the bridge and one to the world for each IP family. */
  private Collection<FirewallProbe.Way> ways(FilterRules rules, NetworkSpec network) {
    boolean inside =
        rules.isOneSegment() && (network.local().size() > 1 || rules.tunnel().isPresent());
    Optional<MacAddress> gateway =
        rules.isOpen()
            ? kernel.netlink().link(rules.bridge()).map(Link::address)
            : Optional.empty();
    Map<String, FirewallProbe.Way> ways = new HashMap<>();
    for (LocalEndpoint endpoint : network.local().values()) {
      int index = interfaces.index(Owner.endpoint(network.uid(), endpoint.id()));
      for (IpPrefix prefix : endpoint.addresses()) {
        if (index != 0) {
          InetAddress address = prefix.address();
          Function<Optional<MacAddress>, FirewallProbe.Way> way =
              router ->
                  new FirewallProbe.Way(
                      rules.bridge(),
                      endpoint.sandbox().toString(),
                      index,
                      endpoint.mac(),
                      address,
                      router);
          if (inside) {
            add(ways, way.apply(Optional.empty()));
          }
          if (gateway.isPresent()) {
            add(ways, way.apply(gateway));
          }
        }
      }
    }
    return ways.values();
  }

  private static void add(Map<String, FirewallProbe.Way> ways, FirewallProbe.Way way) {
    ways.putIfAbsent(way.key(), way);
  }

  /** Without nftables nothing is probed; another problem already reports that. */
  private List<FirewallProbe.Way> dropped(Collection<FirewallProbe.Way> ways) {
    try {
      return FirewallProbe.dropped(kernel, ways);
    } catch (NftablesException | NetlinkException unknown) {
      return List.of();
    }
  }

  private Problem problem(FirewallProbe.Way way) {
    ForwardChains chains = kernel.forwardChains();
    String dropped =
        "%s what pods on the bridge %s send to %s by IPv%d"
            .formatted(
                chains.entered().isEmpty()
                    ? "a rule or policy for forwarded packets drops"
                    : "a rule or policy below " + chains.entered().getFirst() + " drops",
                way.bridge(),
                way.isOutward() ? "the world" : "each other",
                way.isIpv4() ? 4 : 6);
    Problem problem =
        way.isOutward()
            ? Problem.retry(
                "the node's firewall",
                dropped,
                "allow it: " + chains.outwardCure(way.bridge(), way.isIpv4()))
            : Problem.retry(
                "the node's firewall",
                "net.bridge.bridge-nf-call-%stables is 1 on this node, and %s"
                    .formatted(way.isIpv4() ? "ip" : "ip6", dropped),
                "allow it: " + chains.cure(way.bridge(), way.isIpv4()));
    return problem.ofNode();
  }
}
