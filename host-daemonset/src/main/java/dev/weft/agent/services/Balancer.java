package dev.weft.agent.services;

import dev.weft.agent.attach.Deadlines;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.netlink.nft.NftChange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up every sandbox of this node to balance the virtual addresses of its networks. Keys of its
 * scopes are names of endpoints and slices, and ids of endpoints in sandboxes of this node.
 */
public final class Balancer implements Loop.Work {
  private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

  private final ClusterCaches cluster;
  private final Sandboxes sandboxes;
  private final BalancingTables tables;
  private final Map<String, NetworkServices> networks = new HashMap<>();
  private final Map<String, Client> clients = new LinkedHashMap<>();
  private final Map<String, String> problems = new ConcurrentHashMap<>();
  private boolean begun;

  /** Balances for the sandboxes of {@code sandboxes} through {@code tables}. */
  public Balancer(ClusterCaches cluster, Sandboxes sandboxes, BalancingTables tables) {
    this.cluster = cluster;
    this.sandboxes = sandboxes;
    this.tables = tables;
  }

  /** Warms up: sets up an empty sandbox to balance a service that does not exist. */
  public static void rehearse(BalancingTables tables, Path sandbox) {
    VirtualIp virtual =
        new VirtualIp(
            IpAddress.parse("192.0.2.10"),
            "rehearsal",
            List.of(new VirtualIp.Port("tcp", 80, 80)),
            false);
    BackendSlots first = new BackendSlots(0, 1, Map.of(), Map.of(0, IpAddress.parse("192.0.2.11")));
    tables.change(
        sandbox, BalancingTable.whole(List.of(new BalancingTable.Filled(virtual, List.of()))));
    List<NftChange> change =
        new ArrayList<>(
            BalancingTable.with(BalancingTable.Size.of(virtual.address(), first.after())));
    change.addAll(BalancingTable.change(virtual.address(), first));
    tables.change(sandbox, change);
  }

  /**
   * Sets up a sandbox to balance a network's services, as soon as these are known.
   *
   * @param endpoint id of the endpoint, {@link Sandbox#endpoint}
   * @return completes with the reason why it does not balance them; empty if it does
   */
  public CompletableFuture<Optional<String>> wire(Loop loop, String network, String endpoint) {
    if (!cluster.endpoints().hasVirtual(network)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return cluster
        .slices()
        .follow(network)
        .thenCompose(_ -> loop.request(PassScope.endpoint(network, endpoint)))
        .thenApply(_ ->
            Optional.ofNullable(problems.get(endpoint.substring(0, endpoint.lastIndexOf(':')))))
        .completeOnTimeout(Optional.empty(), Deadlines.SERVICES.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Set<PassScope> run(PassScope scope, Runnable done) {
    Map<String, NetworkServices.Turn> turns = turns(scope);
    Map<String, Sandbox> running = new HashMap<>();
    sandboxes.running().forEach(each -> running.put(each.id(), each));
    Map<String, Set<String>> networksOf = networksOf(running.values());
    Set<PassScope> again = new HashSet<>();
    networksOf.forEach((id, its) -> {
      Sandbox sandbox = running.get(id);
      if (sandbox != null
          && (!clients.containsKey(id) || its.stream().anyMatch(each -> asks(turns, each)))
          && !bring(sandbox, its, turns)) {
        its.forEach(each -> again.add(PassScope.network(each)));
      }
    });
    for (Client each : new ArrayList<>(clients.values())) {
      if (!networksOf.containsKey(each.sandbox().id())) {
        drop(each, running.containsKey(each.sandbox().id()));
      }
    }
    if (!begun) {
      begun = true;
      clear(running.values());
    }
    return again;
  }

  private Map<String, NetworkServices.Turn> turns(PassScope scope) {
    Map<String, NetworkServices.Turn> turns = new HashMap<>();
    for (String name : cluster.slices().networks()) {
      if (cluster.slices().isSynced(name) && scope.touches(name)) {
        boolean known = networks.containsKey(name);
        NetworkServices services =
            networks.computeIfAbsent(name, it -> new NetworkServices(it, cluster));
        boolean all = !known || scope.hasWhole(name);
        turns.put(name, all ? services.all() : services.some(scope.endpoints(name)));
      }
    }
    networks.keySet().retainAll(cluster.slices().networks());
    return turns;
  }

  /** Whether a pass must update the clients of a network. */
  private static boolean asks(Map<String, NetworkServices.Turn> turns, String network) {
    return turns.containsKey(network);
  }

  /** Networks with services, by sandbox. */
  private Map<String, Set<String>> networksOf(Collection<Sandbox> running) {
    Map<String, Sandbox> byOwner = new HashMap<>();
    running.forEach(each -> byOwner.put(each.owner(), each));
    Map<String, Set<String>> networksOf = new HashMap<>();
    for (NetworkEndpoint each : cluster.endpoints().own()) {
      String owner = AddressOwner.ownerOf(each);
      Sandbox sandbox = owner == null ? null : byOwner.get(owner);
      String network = each.getSpec().network();
      NetworkServices services = network == null ? null : networks.get(network);
      if (sandbox != null && services != null && !services.isEmpty()) {
        networksOf.computeIfAbsent(sandbox.id(), _ -> new TreeSet<>()).add(services.name());
      }
    }
    return networksOf;
  }

  private boolean bring(Sandbox sandbox, Set<String> its, Map<String, NetworkServices.Turn> turns) {
    Client client = clients.computeIfAbsent(sandbox.id(), _ -> new Client(sandbox, tables));
    try {
      List<NetworkServices> services = its.stream().map(networks::get).toList();
      client.bring(services, turns);
      problems.remove(sandbox.id());
      return true;
    } catch (RuntimeException e) {
      client.forget();
      String why = "its services cannot be balanced in the sandbox: " + e.getMessage();
      if (!why.equals(problems.put(sandbox.id(), why))) {
        LOG.atWarn()
            .addKeyValue("sandbox", sandbox.id())
            .addKeyValue("pod", sandbox)
            .log("services are not balanced; the agent tries again: {}", e.getMessage());
      }
      return false;
    }
  }

  private void drop(Client client, boolean runs) {
    clients.remove(client.sandbox().id());
    problems.remove(client.sandbox().id());
    try {
      if (runs) {
        client.bring(List.of(), Map.of());
      }
    } catch (RuntimeException gone) {
      LOG.atDebug().addKeyValue("sandbox", client.sandbox().id()).setCause(gone).log("not cleared");
    }
  }

  /** Removes the tables of an earlier agent from sandboxes without services. */
  private void clear(Collection<Sandbox> running) {
    Set<String> holders = new HashSet<>();
    cluster
        .endpoints()
        .own()
        .forEach(each -> {
          String owner = AddressOwner.ownerOf(each);
          if (owner != null) {
            holders.add(owner);
          }
        });
    for (Sandbox each : running) {
      if (holders.contains(each.owner()) && !clients.containsKey(each.id())) {
        try {
          new Client(each, tables).clear();
        } catch (RuntimeException gone) {
          LOG.atDebug().addKeyValue("sandbox", each.id()).setCause(gone).log("not cleared");
        }
      }
    }
  }
}
