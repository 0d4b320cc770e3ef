package dev.weft.agent.desired;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.Attachment;
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
 * Desired state of this node, kept between passes: a change recomputes only the parts it touches.
 * Used by one thread.
 */
public final class DesiredCache {
  private final ClusterCaches cluster;
  private final Sandboxes sandboxes;
  private final RequestedNetworks requested;
  private final Map<String, NetworkSpec> networks = new HashMap<>();
  private final Map<String, NetworkSpec> planned = new HashMap<>();
  private final Map<String, Long> generations = new HashMap<>();

  /** By sandbox, what was last read of its annotation. */
  private final Map<String, List<Attachment>> attachments = new HashMap<>();

  private final Kernel features;
  private Optional<KeySpec> keys = Optional.empty();

  /**
   * Derives the desired state from the cluster and the source of sandboxes.
   *
   * @param features capabilities of the node's kernel
   */
  public DesiredCache(ClusterCaches cluster, Sandboxes sandboxes, Kernel features) {
    this.cluster = cluster;
    this.sandboxes = sandboxes;
    this.requested = new RequestedNetworks(cluster);
    this.features = features;
  }

  /** The whole desired state, as of the last {@link #update}. */
  public NodeSpec nodeSpec(Optional<InetAddress> vtep) {
    return new NodeSpec(
        cluster.node(), vtep, Map.copyOf(networks), cluster.txChecksum(), keys, peers());
  }

  /** The whole desired state with the planned revisions applied. */
  public NodeSpec plan(Optional<InetAddress> vtep) {
    Map<String, NetworkSpec> all = new HashMap<>(networks);
    all.putAll(planned);
    return new NodeSpec(cluster.node(), vtep, Map.copyOf(all), cluster.txChecksum(), keys, peers());
  }

  /** Networks with a revision, possibly the first, in plan mode. */
  public Map<String, NetworkSpec> planned() {
    return Map.copyOf(planned);
  }

  /** One network, as of the last {@link #update}. */
  public Optional<NetworkSpec> network(String name) {
    return Optional.ofNullable(networks.get(name));
  }

  /** Generation of the HostNetwork behind a network's spec; 0 if there is none. */
  public long generation(String name) {
    return generations.getOrDefault(name, 0L);
  }

  /** Names of the desired networks. */
  public Set<String> names() {
    return Set.copyOf(networks.keySet());
  }

  /** Name of the network with this UID, desired or being removed. */
  public Optional<String> nameOf(String uid) {
    return cluster.hostNetworks().all().stream()
        .filter(each -> each.getSpec() != null && uid.equals(each.getSpec().networkUid()))
        .findFirst()
        .map(ClusterCaches::networkOf);
  }

  /** Recomputes what {@code scope} touches. */
  public void update(PassScope scope) {
    if (scope.hasKeys()) {
      keys = KeySpecs.of(cluster, features);
    }
    switch (scope) {
      case PassScope.Everything _ -> {
        attachments
            .keySet()
            .retainAll(sandboxes.running().stream().map(Sandbox::id).collect(Collectors.toSet()));
        everyName().forEach(this::rebuild);
      }
      case PassScope.Part part -> {
        part.networks().forEach(this::rebuild);
        part.endpoints().entrySet().stream()
            .filter(each -> !part.networks().contains(each.getKey()))
            .forEach(each -> each.getValue().forEach(key -> touch(each.getKey(), key)));
      }
    }
  }

  /** Networks of the cluster, and those desired so far. */
  private Set<String> everyName() {
    Set<String> names = new HashSet<>(networks.keySet());
    names.addAll(planned.keySet());
    cluster.hostNetworks().all().forEach(each -> names.add(ClusterCaches.networkOf(each)));
    return names;
  }

  private void rebuild(String name) {
    Optional<HostNetwork> hostNetwork = hostNetwork(name);
    if (hostNetwork.isEmpty()) {
      networks.remove(name);
      planned.remove(name);
      generations.remove(name);
    } else if (cluster.endpoints().isSynced(name)) {
      HostNetworkSpec spec = hostNetwork.get().getSpec();
      Map<String, LocalEndpoint> local = new HashMap<>();
      List<NetworkEndpoint> mine = buildable(name);
      sandboxes
          .running()
          .forEach(each -> local(each, name, mine).forEach(it -> local.put(it.id(), it)));
      Map<String, RemoteEndpoint> remote =
          isOverlay(spec)
              ? EndpointSpecs.remotes(cluster.node(), effective(name), this::vtep)
              : Map.of();
      NetworkSpec networkSpec = new NetworkSpec(uid(spec), spec, local, new HashMap<>(remote));
      put(networks, name, Mode.isPlan(spec.mode()) ? null : networkSpec);
      put(
          planned,
          name,
          candidate(name, spec)
              .map(it ->
                  new NetworkSpec(networkSpec.uid(), it, networkSpec.local(), networkSpec.remote()))
              .orElse(null));
      Long generation = hostNetwork.get().getMetadata().getGeneration();
      generations.put(name, generation == null ? 0L : generation);
    }
  }

  private void touch(String name, String key) {
    NetworkSpec networkSpec = networks.get(name);
    if (networkSpec == null) {
      rebuild(name);
      return;
    }
    Optional<LocalEndpoint> local =
        sandboxes.running().stream()
            .filter(each -> key.startsWith(each.id()))
            .flatMap(each -> local(each, name, buildable(name)).stream())
            .filter(each -> each.id().equals(key))
            .findFirst();
    put(networkSpec.local(), key, local.orElse(null));
    if (isOverlay(networkSpec.spec())) {
      Optional<RemoteEndpoint> remote =
          cluster
              .endpoints()
              .get(name, key)
              .filter(each -> !EndpointSpecs.isOn(cluster.node(), each))
              .filter(this::isEffective)
              .flatMap(each -> EndpointSpecs.remote(each, this::vtep));
      put(networkSpec.remote(), key, remote.orElse(null));
    }
  }

  /**
   * Endpoints that this node builds. It cannot judge an expected endpoint before its address is
   * known.
   */
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
        DefaultRoutes.carrier(wanted, each -> hostNetwork(each).map(HostNetwork::getSpec));
    if (carrier.isEmpty() || !wanted.get(carrier.getAsInt()).network().equals(network)) {
      return EndpointSpecs.local(sandbox, endpoints, Optional.empty());
    }
    Pairing pairing = Pairing.of(wanted, endpoints.stream().filter(sandbox::owns).toList());
    return EndpointSpecs.local(sandbox, endpoints, pairing.of(carrier.getAsInt()));
  }

  /**
   * What a sandbox asks for. What Weft reads from Multus's annotation changes with other networks;
   * a running pod keeps its default route meanwhile.
   */
  private List<Attachment> attachments(Sandbox sandbox) {
    List<Attachment> before = attachments.getOrDefault(sandbox.id(), List.of());
    try {
      List<Attachment> now = requested.of(sandbox);
      if (now.isEmpty()) {
        return before;
      }
      attachments.put(sandbox.id(), now);
      return now;
    } catch (InvalidAttachments e) {
      return before;
    }
  }

  private Optional<HostNetwork> hostNetwork(String network) {
    return cluster
        .hostNetwork(network)
        .filter(each -> each.getMetadata().getDeletionTimestamp() == null)
        .filter(each -> each.getSpec() != null && !uid(each.getSpec()).isEmpty());
  }

  /** The revision in plan mode, if there is one. */
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

  /** Tunnel sources of all nodes, whether or not they have an endpoint. */
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
        .flatMap(DesiredCache::address);
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
