package dev.weft.agent.desired;

import dev.weft.agent.cluster.Cluster;
import dev.weft.agent.dataplane.KeyWish;
import dev.weft.agent.dataplane.LocalEndpoint;
import dev.weft.agent.dataplane.NetworkWish;
import dev.weft.agent.dataplane.NodeWish;
import dev.weft.agent.endpoint.Pairing;
import dev.weft.agent.loop.Changes;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.HostNetworks;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.Kernel;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.Mode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.validation.Validation;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The wish for this node, kept from pass to pass: of a change only what it touches is computed
 * anew. Used by one thread.
 */
public final class Desired {
  private final Cluster cluster;
  private final Sandboxes sandboxes;
  private final Map<String, NetworkWish> networks = new HashMap<>();
  private final Map<String, NetworkWish> planned = new HashMap<>();
  private final Map<String, Long> generations = new HashMap<>();
  private final Kernel features;
  private Optional<KeyWish> keys = Optional.empty();

  /**
   * The wish that follows from what the cluster and the sandboxes' source know.
   *
   * @param features what the node's kernel can do
   */
  public Desired(Cluster cluster, Sandboxes sandboxes, Kernel features) {
    this.cluster = cluster;
    this.sandboxes = sandboxes;
    this.features = features;
  }

  /** Everything, as of the last {@link #update}. */
  public NodeWish wish(Optional<InetAddress> vtep) {
    return new NodeWish(
        cluster.node(), vtep, Map.copyOf(networks), cluster.txChecksum(), keys, peers());
  }

  /** Everything as it would be if what is only planned were to be made. */
  public NodeWish plan(Optional<InetAddress> vtep) {
    Map<String, NetworkWish> all = new HashMap<>(networks);
    all.putAll(planned);
    return new NodeWish(cluster.node(), vtep, Map.copyOf(all), cluster.txChecksum(), keys, peers());
  }

  /** The networks of which another revision, or the first, is only planned. */
  public Map<String, NetworkWish> planned() {
    return Map.copyOf(planned);
  }

  /** One network, as of the last {@link #update}. */
  public Optional<NetworkWish> network(String name) {
    return Optional.ofNullable(networks.get(name));
  }

  /** Generation of the instruction that a network's wish follows; 0 if it has none. */
  public long generation(String name) {
    return generations.getOrDefault(name, 0L);
  }

  /** Names of the networks of the wish. */
  public Set<String> names() {
    return Set.copyOf(networks.keySet());
  }

  /** Name of the network with this UID, wished or about to go. */
  public Optional<String> nameOf(String uid) {
    return cluster.hostNetworks().all().stream()
        .filter(each -> each.getSpec() != null && uid.equals(each.getSpec().networkUid()))
        .findFirst()
        .map(Cluster::networkOf);
  }

  /** Computes anew what {@code changes} touches. */
  public void update(Changes changes) {
    if (changes.keys()) {
      keys = KeyWishes.of(cluster, features);
    }
    Set<String> whole = new HashSet<>(changes.networks());
    if (changes.all()) {
      whole.addAll(networks.keySet());
      whole.addAll(planned.keySet());
      cluster.hostNetworks().all().forEach(each -> whole.add(Cluster.networkOf(each)));
    }
    whole.forEach(this::rebuild);
    changes.endpoints().entrySet().stream()
        .filter(each -> !whole.contains(each.getKey()))
        .forEach(each -> each.getValue().forEach(key -> touch(each.getKey(), key)));
  }

  private void rebuild(String name) {
    Optional<HostNetwork> instruction = instruction(name);
    if (instruction.isEmpty()) {
      networks.remove(name);
      planned.remove(name);
      generations.remove(name);
    } else if (cluster.endpoints().isSynced(name)) {
      HostNetworkSpec spec = instruction.get().getSpec();
      Map<String, LocalEndpoint> local = new HashMap<>();
      List<NetworkEndpoint> mine = buildable(name);
      sandboxes
          .running()
          .forEach(each -> local(each, name, mine).forEach(it -> local.put(it.id(), it)));
      Map<String, RemoteEndpoint> remote =
          isOverlay(spec) ? Wishes.remotes(cluster.node(), effective(name), this::vtep) : Map.of();
      NetworkWish wish = new NetworkWish(uid(spec), spec, local, new HashMap<>(remote));
      put(networks, name, Mode.isPlan(spec.mode()) ? null : wish);
      put(
          planned,
          name,
          candidate(name, spec)
              .map(it -> new NetworkWish(wish.uid(), it, wish.local(), wish.remote()))
              .orElse(null));
      Long generation = instruction.get().getMetadata().getGeneration();
      generations.put(name, generation == null ? 0L : generation);
    }
  }

  private void touch(String name, String key) {
    NetworkWish wish = networks.get(name);
    if (wish == null) {
      rebuild(name);
      return;
    }
    Optional<LocalEndpoint> local =
        sandboxes.running().stream()
            .filter(each -> key.startsWith(each.id()))
            .flatMap(each -> local(each, name, buildable(name)).stream())
            .filter(each -> each.id().equals(key))
            .findFirst();
    put(wish.local(), key, local.orElse(null));
    if (isOverlay(wish.spec())) {
      Optional<RemoteEndpoint> remote =
          cluster
              .endpoints()
              .get(name, key)
              .filter(each -> !Wishes.isOn(cluster.node(), each))
              .filter(this::isEffective)
              .flatMap(each -> Wishes.remote(each, this::vtep));
      put(wish.remote(), key, remote.orElse(null));
    }
  }

  /** What this node is to build: of an expected endpoint it is not known yet whether it counts. */
  private List<NetworkEndpoint> buildable(String network) {
    return cluster.endpoints().buildable(network).stream()
        .filter(each -> each.getSpec().address() == null || isEffective(each))
        .toList();
  }

  private List<NetworkEndpoint> effective(String network) {
    return cluster.endpoints().of(network).stream().filter(this::isEffective).toList();
  }

  private boolean isEffective(NetworkEndpoint endpoint) {
    return cluster.objection(endpoint).isEmpty();
  }

  private static <V> void put(Map<String, V> map, String key, @Nullable V value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private List<LocalEndpoint> local(
      Sandbox sandbox, String network, List<NetworkEndpoint> endpoints) {
    List<Attachment> wanted = attachments(sandbox);
    OptionalInt carrier =
        DefaultRoutes.carrier(wanted, each -> instruction(each).map(HostNetwork::getSpec));
    if (carrier.isEmpty() || !wanted.get(carrier.getAsInt()).network().equals(network)) {
      return Wishes.local(sandbox, endpoints, Optional.empty());
    }
    Pairing pairing = Pairing.of(wanted, endpoints.stream().filter(sandbox::owns).toList());
    return Wishes.local(sandbox, endpoints, pairing.of(carrier.getAsInt()));
  }

  private static List<Attachment> attachments(Sandbox sandbox) {
    try {
      return Attachments.parse(sandbox.networks());
    } catch (InvalidAttachments e) {
      return List.of();
    }
  }

  private Optional<HostNetwork> instruction(String network) {
    return cluster
        .hostNetwork(network)
        .filter(each -> each.getMetadata().getDeletionTimestamp() == null)
        .filter(each -> each.getSpec() != null && !uid(each.getSpec()).isEmpty());
  }

  /** The revision that is only planned, if one is. */
  private Optional<HostNetworkSpec> candidate(String name, HostNetworkSpec instructed) {
    Optional<ContainerNetwork> network =
        cluster
            .networks()
            .get(name)
            .filter(each -> each.getSpec() != null && Mode.isPlan(each.getSpec().mode()))
            .filter(each -> uid(instructed).equals(each.getMetadata().getUid()))
            .filter(each -> Validation.of(each).isEmpty() && HostNetworks.isAllocated(each));
    return network.map(each -> HostNetworks.of(each, cluster.node()).getSpec());
  }

  /** Where the tunnels of all nodes start, whether or not they carry an endpoint. */
  private Set<InetAddress> peers() {
    return cluster.members().members().values().stream()
        .flatMap(each -> Optional.ofNullable(each.getSpec()).stream())
        .flatMap(spec -> Optional.ofNullable(spec.vtep()).stream())
        .flatMap(each -> address(each).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private Optional<InetAddress> vtep(String node) {
    return cluster
        .members()
        .member(node)
        .map(MeshNode::getSpec)
        .map(MeshNodeSpec::vtep)
        .flatMap(Desired::address);
  }

  static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(IpPrefix.parseAddress(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String uid(HostNetworkSpec spec) {
    return spec.networkUid() == null ? "" : spec.networkUid();
  }

  private static boolean isOverlay(HostNetworkSpec spec) {
    return Driver.of(spec.driver()).filter(each -> each == Driver.OVERLAY).isPresent();
  }
}
