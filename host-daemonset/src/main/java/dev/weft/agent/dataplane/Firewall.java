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
import java.util.Optional;
import java.util.Set;

/**
 * Finds out whether the node's own firewall drops traffic between pods of one bridge. The agent
 * reports that, and never changes the firewall.
 */
final class Firewall {
  private final HostKernel kernel;
  private final SandboxInterfaces interfaces;

  /** Names of networks that were probed since the last pass over everything. */
  private final Set<String> known = new HashSet<>();

  Firewall(HostKernel kernel, SandboxInterfaces interfaces) {
    this.kernel = kernel;
    this.interfaces = interfaces;
  }

  /** Probes all networks, adds what it finds to their problems, and returns that by network. */
  Map<String, List<Problem>> look(NodeSpec spec, LastPass left) {
    known.clear();
    left.networks().values().forEach(each -> each.problems().removeIf(Problem::isOfNode));
    return look(spec, left, left.networks().keySet());
  }

  /** Probes those of the networks that were not probed yet. */
  Map<String, List<Problem>> lookAtNew(NodeSpec spec, LastPass left, Collection<String> names) {
    return look(spec, left, names.stream().filter(name -> !known.contains(name)).toList());
  }

  private Map<String, List<Problem>> look(NodeSpec spec, LastPass left, Collection<String> names) {
    Map<FirewallProbe.Way, String> ways = new HashMap<>();
    for (String name : names) {
      NetworkSpec network = spec.networks().get(name);
      LastPass.Carried carried = left.networks().get(name);
      if (network != null && carried != null) {
        Optional<FilterRules> rules = carried.driver().flatMap(NetworkDriver::rules);
        rules
            .filter(FilterRules::isOneSegment)
            .filter(each -> network.local().size() > 1 || each.tunnel().isPresent())
            .map(each -> ways(each.bridge(), network))
            .filter(found -> !found.isEmpty())
            .ifPresent(found -> {
              known.add(name);
              found.forEach(way -> ways.put(way, name));
            });
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

  /** One for each IP family of the network. */
  private List<FirewallProbe.Way> ways(String bridge, NetworkSpec network) {
    Map<Boolean, FirewallProbe.Way> ways = new HashMap<>();
    for (LocalEndpoint endpoint : network.local().values()) {
      int index = interfaces.index(Owner.endpoint(network.uid(), endpoint.id()));
      for (IpPrefix prefix : endpoint.addresses()) {
        if (index != 0) {
          FirewallProbe.Way way =
              new FirewallProbe.Way(
                  bridge, endpoint.sandbox().toString(), index, endpoint.mac(), prefix.address());
          ways.putIfAbsent(way.isIpv4(), way);
        }
      }
    }
    return List.copyOf(ways.values());
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
    String tables = way.isIpv4() ? "iptables" : "ip6tables";
    ForwardChains chains = kernel.forwardChains();
    return Problem.retry(
            "the node's firewall",
            "net.bridge.bridge-nf-call-%s is 1 on this node, and %s what pods on the bridge %s send"
                    .formatted(
                        tables,
                        chains.entered().isEmpty()
                            ? "a rule or policy for forwarded packets drops"
                            : "a rule or policy below " + chains.entered().getFirst() + " drops",
                        way.bridge())
                + " to each other by IPv%d".formatted(way.isIpv4() ? 4 : 6),
            "allow it: " + chains.cure(way.bridge(), way.isIpv4()))
        .ofNode();
  }
}
