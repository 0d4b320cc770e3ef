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
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.nft.NftablesException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    List<FirewallProbe.Way> dropped = dropped(ways.keySet());
    if (dropped.isEmpty()) {
      return problems;
    }
    ForwardChains chains = kernel.forwardChains();
    for (FirewallProbe.Way way : dropped) {
      String name = ways.getOrDefault(way, "");
      LastPass.Carried carried = left.networks().get(name);
      if (carried != null) {
        Problem problem = problem(way, chains);
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
    Map<String, FirewallProbe.Way> ways = new HashMap<>();
    for (LocalEndpoint endpoint : network.local().values()) {
      int index = interfaces.index(Owner.endpoint(network.uid(), endpoint.id()));
      for (IpPrefix prefix : endpoint.addresses()) {
        for (boolean outward : List.of(false, true)) {
          if (index != 0 && (outward ? rules.isOpen() : inside)) {
            FirewallProbe.Way way =
                new FirewallProbe.Way(
                    rules.bridge(),
                    endpoint.sandbox().toString(),
                    index,
                    endpoint.mac(),
                    prefix.address(),
                    outward);
            ways.putIfAbsent(way.key(), way);
          }
        }
      }
    }
    return ways.values();
  }

  /** Without nftables nothing is probed; another problem already reports that. */
  private List<FirewallProbe.Way> dropped(Collection<FirewallProbe.Way> ways) {
    Set<String> entered = kernel.entered();
    try {
      return FirewallProbe.dropped(kernel, ways);
    } catch (NftablesException | NetlinkException unknown) {
      return List.of();
    } finally {
      // an entered sandbox that ends would stay until the next pass
      kernel.leaveAllBut(entered);
    }
  }

  private static Problem problem(FirewallProbe.Way way, ForwardChains chains) {
    String dropped =
        "%s what pods on the bridge %s send to %s by IPv%d"
            .formatted(
                chains.entered().isEmpty()
                    ? "a rule or policy for forwarded packets drops"
                    : "a rule or policy below " + chains.entered().getFirst() + " drops",
                way.bridge(),
                way.outward() ? "the world" : "each other",
                way.isIpv4() ? 4 : 6);
    Problem problem =
        way.outward()
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
