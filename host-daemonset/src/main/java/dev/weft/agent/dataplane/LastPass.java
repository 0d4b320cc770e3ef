package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.drift.LastApplied;
import dev.weft.agent.dataplane.drift.UnderlyingDevices;
import dev.weft.agent.dataplane.driver.DesiredState;
import dev.weft.agent.dataplane.driver.NetworkDriver;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.mesh.ForwardingTable;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the last full pass left. {@code applied} and {@code networks} are updated as endpoints come
 * and go.
 *
 * @param applied the items in the kernel
 * @param networks by name
 * @param underlying what networks need of devices that are not Weft's
 * @param shut UDP ports that drop clear text
 * @param senders VTEPs from which the packet filter accepts frames
 * @param peers VTEPs of the mesh
 */
record LastPass(
    LastApplied applied,
    Map<String, Carried> networks,
    UnderlyingDevices underlying,
    Set<Integer> shut,
    Set<InetAddress> senders,
    Set<InetAddress> peers) {

  /**
   * A network that the node carries or should carry.
   *
   * @param driver empty if the network cannot be built
   * @param remote endpoints on other nodes, by their key
   * @param problems differences from the desired state
   */
  record Carried(
      String uid,
      Optional<NetworkDriver> driver,
      ForwardingTable<String> remote,
      List<Problem> problems) {
    /** Whether the network passes the shared packet filter. */
    boolean isFiltered() {
      return driver.filter(each -> each.rules().isPresent()).isPresent();
    }
  }

  /** Returns the state after a pass that executed {@code plan}. */
  static LastPass of(NodeSpec spec, PassPlan plan, LastApplied applied, Set<Integer> shut) {
    Map<String, Carried> networks = new HashMap<>();
    spec.networks()
        .forEach((name, network) ->
            networks.put(
                name,
                new Carried(
                    network.uid(),
                    Optional.ofNullable(plan.desired().drivers().get(name)),
                    remote(spec, network),
                    plan.desired().problems().getOrDefault(name, new ArrayList<>()))));
    return new LastPass(applied, networks, plan.underlying(), shut, spec.senders(), spec.peers());
  }

  private static ForwardingTable<String> remote(NodeSpec spec, NetworkSpec network) {
    ForwardingTable<String> table = new ForwardingTable<>();
    network
        .remote()
        .forEach((key, endpoint) -> {
          if (DesiredState.isElsewhere(spec, endpoint)) {
            table.put(key, endpoint);
          }
        });
    return table;
  }

  /** The UDP ports of encrypted networks, and of their tunnels that could not be removed. */
  static Set<Integer> shutPorts(
      NodeSpec spec, Set<Integer> shutBefore, List<Link> links, Set<String> stuck) {
    Set<Integer> ports = new TreeSet<>(spec.encryptedPorts());
    for (Link link : links) {
      if (stuck.contains(link.name())
          && link.kind() instanceof LinkKind.Vxlan tunnel
          && tunnel.port() != null
          && shutBefore.contains(tunnel.port())) {
        ports.add(tunnel.port());
      }
    }
    return ports;
  }

  /** Whether the IPsec tables contain an item of Weft. */
  boolean hasIpsec() {
    return applied.items().stream().anyMatch(item -> item.owner().equals(Owner.ENCRYPTION));
  }

  /** Whether the kernel carries the networks of these endpoints as desired. */
  boolean carries(NodeSpec spec, Map<String, Set<String>> endpoints) {
    return peers.equals(spec.peers())
        && endpoints.entrySet().stream()
            .allMatch(entry -> {
              NetworkSpec network = spec.networks().get(entry.getKey());
              return network != null
                  && Optional.ofNullable(networks.get(entry.getKey()))
                      .filter(each -> each.uid.equals(network.uid()))
                      .filter(each -> each.driver.isPresent())
                      .isPresent()
                  && entry.getValue().stream()
                      .flatMap(key -> Optional.ofNullable(network.remote().get(key)).stream())
                      .allMatch(remote -> isAdmitted(spec, remote));
            });
  }

  /** Whether the packet filter accepts frames from this endpoint's VTEP. */
  private boolean isAdmitted(NodeSpec spec, RemoteEndpoint remote) {
    return !DesiredState.isElsewhere(spec, remote) || senders.contains(remote.vtep());
  }

  /** The networks with these UIDs. */
  PassScope scopeOf(Set<String> uids) {
    return scope(each -> uids.contains(each.uid));
  }

  /** These endpoints; everything if one is of a network that is not carried. */
  PassScope endpoints(Set<Owner> owners) {
    Map<String, Set<String>> keys = new HashMap<>();
    for (Owner owner : owners) {
      Optional<String> name =
          networks.entrySet().stream()
              .filter(entry -> entry.getValue().uid.equals(owner.uid()))
              .map(Map.Entry::getKey)
              .findFirst();
      if (name.isEmpty()) {
        return PassScope.EVERYTHING;
      }
      keys.computeIfAbsent(name.get(), _ -> new TreeSet<>()).add(owner.endpoint());
    }
    return PassScope.endpoints(keys);
  }

  /** The networks that pass the packet filter. */
  PassScope filtered() {
    return scope(Carried::isFiltered);
  }

  /** Includes the underlay, which may have caused the change. */
  private PassScope scope(Predicate<Carried> which) {
    Set<String> names =
        networks.entrySet().stream()
            .filter(entry -> which.test(entry.getValue()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    return names.isEmpty()
        ? PassScope.EVERYTHING
        : PassScope.networks(names).and(PassScope.UNDERLAY);
  }

  /** UIDs of the networks with any item in the kernel. */
  Set<String> standing() {
    return applied.items().stream().map(item -> item.owner().uid()).collect(Collectors.toSet());
  }
}
