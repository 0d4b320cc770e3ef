package dev.weft.agent.cluster;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.EndpointAddress;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.Identity;
import dev.weft.api.Mesh;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.MultusAliases;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.api.TxChecksum;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Caches of the API resources that concern one node. */
public final class ClusterCaches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterCaches.class);

  /** A server that has not told everything by then counts as away. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final String node;
  private final NodeRecord record;
  private final Cache<ContainerNetwork> networks;
  private final Cache<HostNetwork> hostNetworks;
  private final Cache<MeshNode> meshNodes;
  private final Cache<Mesh> meshes;
  private final EndpointCaches endpoints;
  private final SliceCaches slices;
  private final BoundPods pods;
  private final CompletableFuture<Void> known = new CompletableFuture<>();
  private volatile Listener listener = Listener.NONE;
  private final MeshMembers claims = new MeshMembers();
  private volatile MeshMembers.Settled members = MeshMembers.Settled.NONE;

  /** Is called for each change, never on a thread that may wait. */
  public interface Listener {
    /** Ignores all changes. */
    Listener NONE = new Listener() {};

    /** A network as users declare it. */
    default void network(@Nullable ContainerNetwork before, @Nullable ContainerNetwork after) {}

    /** A HostNetwork of this node. */
    default void hostNetwork(@Nullable HostNetwork before, @Nullable HostNetwork after) {}

    /** This node's own MeshNode, or another node's MeshNode while that node is a member. */
    default void meshNode(@Nullable MeshNode before, @Nullable MeshNode after) {}

    /** Membership of this node in the mesh has changed. */
    default void membership() {}

    /** The mesh's settings. */
    default void mesh(@Nullable Mesh before, @Nullable Mesh after) {}

    /** An endpoint of this node or of a network that it carries. */
    default void endpoint(@Nullable NetworkEndpoint before, @Nullable NetworkEndpoint after) {}

    /** Tasks of a service on a network that this node carries. */
    default void slice(@Nullable EndpointSlice before, @Nullable EndpointSlice after) {}

    /** A pod that is bound to this node. */
    default void pod(@Nullable Pod before, @Nullable Pod after) {}
  }

  /** Caches for {@code node} that keep no record. */
  public ClusterCaches(
      KubernetesClient connection,
      String node,
      Function<String, Optional<SandboxReference>> sandboxOf) {
    this(connection, node, NodeRecord.none(), sandboxOf);
  }

  /**
   * Caches for {@code node}; they send no request before {@link #start}.
   *
   * @param record what an earlier agent knew, and where the caches keep what they know
   * @param sandboxOf finds the running sandbox of a pod by the pod's UID
   */
  public ClusterCaches(
      KubernetesClient connection,
      String node,
      NodeRecord record,
      Function<String, Optional<SandboxReference>> sandboxOf) {
    KubernetesClient client = AgentClients.patient(connection);
    this.node = node;
    this.record = record;
    this.networks =
        new Cache<>(
            client.resources(ContainerNetwork.class),
            Cache.Gate.open(),
            record.page("networks"),
            (before, after) -> listener.network(before, after));
    this.hostNetworks =
        new Cache<>(
            client.resources(HostNetwork.class).withLabel(Names.NODE_LABEL, node),
            Cache.Gate.of(Identity::contradiction),
            record.page("hostNetworks"),
            (before, after) -> listener.hostNetwork(before, after));
    this.meshNodes =
        new Cache<>(
            client.resources(MeshNode.class),
            Cache.Gate.of(Identity::contradiction),
            record.page("meshNodes"),
            this::meshNodeChanged);
    this.meshes =
        new Cache<>(
            client.resources(Mesh.class),
            Cache.Gate.open(),
            record.page("meshes"),
            (before, after) -> listener.mesh(before, after));
    this.endpoints =
        new EndpointCaches(
            client, record, node, sandboxOf, (before, after) -> listener.endpoint(before, after));
    this.slices = new SliceCaches(client, record, (before, after) -> listener.slice(before, after));
    this.pods = new BoundPods(client, node, (before, after) -> listener.pod(before, after));
  }

  /**
   * Starts to list and watch. Completes when everything is known, if need be from the record: with
   * partial knowledge a node would treat the rest as deleted.
   *
   * @param to is called for each change
   */
  public CompletableFuture<Void> start(Listener to) {
    listener = to;
    CompletableFuture<Void> _ =
        CompletableFuture.allOf(
                networks.start().toCompletableFuture(),
                hostNetworks.start().toCompletableFuture(),
                meshNodes.start().thenRun(this::settle).toCompletableFuture(),
                meshes.start().toCompletableFuture(),
                endpoints.start().toCompletableFuture())
            .thenCompose(_ -> ofEachNetwork(endpoints::follow))
            .thenCompose(_ ->
                ofEachNetwork(network ->
                    endpoints.hasVirtual(network)
                        ? slices.follow(network)
                        : CompletableFuture.completedFuture(null)))
            .whenComplete(this::complete);
    CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> {
          if (!known.isDone()) {
            record.use();
          }
        });
    return known.copy();
  }

  private void complete(@Nullable Void unused, @Nullable Throwable why) {
    boolean _ = why == null ? known.complete(null) : known.completeExceptionally(why);
  }

  /** Completes when the API server has told everything. */
  public CompletableFuture<Void> heard() {
    return known
        .thenCompose(_ ->
            CompletableFuture.allOf(
                networks.listed(),
                hostNetworks.listed(),
                meshNodes.listed(),
                meshes.listed(),
                endpoints.listed()))
        .thenRun(record::heard);
  }

  private void meshNodeChanged(@Nullable MeshNode before, @Nullable MeshNode after) {
    MeshNode either = Objects.requireNonNull(after == null ? before : after);
    if (either.getMetadata().getName().equals(node)) {
      listener.meshNode(before, after);
    }
    settle();
  }

  /** Recomputes membership: a change of any node may decide whether a waiting node counts. */
  private synchronized void settle() {
    if (!meshNodes.isSynced()) {
      return;
    }
    MeshMembers.Settled before = members;
    MeshMembers.Settled now = claims.settle(meshNodes.all());
    members = now;
    TreeSet<String> names = new TreeSet<>(before.members().keySet());
    names.addAll(now.members().keySet());
    names.remove(node);
    for (String each : names) {
      MeshNode was = before.members().get(each);
      MeshNode is = now.members().get(each);
      if (!Objects.equals(was, is)) {
        listener.meshNode(was, is);
      }
    }
    now.refused().entrySet().stream()
        .filter(each -> !each.getValue().equals(before.refused().get(each.getKey())))
        .forEach(each -> LOG.atWarn().log("{}; until then it is ignored", each.getValue().why()));
    if (!Objects.equals(before.refused().get(node), now.refused().get(node))) {
      listener.membership();
    }
  }

  private CompletableFuture<Void> ofEachNetwork(Function<String, CompletableFuture<Void>> follow) {
    return CompletableFuture.allOf(
        hostNetworks.all().stream()
            .map(ClusterCaches::networkOf)
            .map(follow)
            .toArray(CompletableFuture[]::new));
  }

  /** Whether all lists are complete. */
  public boolean isSynced() {
    return networks.isSynced()
        && hostNetworks.isSynced()
        && meshNodes.isSynced()
        && meshes.isSynced()
        && endpoints.isSynced();
  }

  /** Caches that are incomplete or not current, with the reason; empty if there are none. */
  public List<String> troubles() {
    return Stream.of(
            networks.trouble(),
            hostNetworks.trouble(),
            meshNodes.trouble(),
            meshes.trouble(),
            endpoints.trouble())
        .flatMap(Optional::stream)
        .toList();
  }

  /** Says that the caches hold a record; empty if they hold what the API server told. */
  public Optional<String> source() {
    return record.source();
  }

  /** Name of this node. */
  public String node() {
    return node;
  }

  /** Networks as users declare them. */
  public Cache<ContainerNetwork> networks() {
    return networks;
  }

  /** Names of the networks that stand for a definition of Multus. */
  public Set<String> standingFor(String definition) {
    return networks.all().stream()
        .filter(each -> MultusAliases.of(each).contains(definition))
        .map(each -> each.getMetadata().getName())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether any network stands for a definition of Multus. */
  public boolean standsForAny() {
    return networks.all().stream().anyMatch(each -> !MultusAliases.of(each).isEmpty());
  }

  /** HostNetworks of this node. */
  public Cache<HostNetwork> hostNetworks() {
    return hostNetworks;
  }

  /** The HostNetwork of {@code network} on this node. */
  public Optional<HostNetwork> hostNetwork(String network) {
    return hostNetworks.get(Names.hostNetwork(network, node));
  }

  /** MeshNodes as published, whether or not they are members. */
  public Cache<MeshNode> meshNodes() {
    return meshNodes;
  }

  /** The members of the mesh. */
  public MeshMembers.Settled members() {
    return members;
  }

  /** The mesh's settings, if there are any. */
  public Optional<Mesh> mesh() {
    return meshes.get(Names.MESH);
  }

  /** Whether tunnels leave checksums to the card below; true unless the mesh says Off. */
  public boolean txChecksum() {
    return mesh()
        .map(Mesh::getSpec)
        .flatMap(each -> TxChecksum.of(each.txChecksum()))
        .filter(TxChecksum.OFF::equals)
        .isEmpty();
  }

  /** Annotated address at which other nodes reach this node's tunnels. */
  public Optional<String> publicAddress() {
    return meshNodes.get(node).flatMap(ClusterCaches::publicAddress);
  }

  /** Annotated address at which other nodes reach a node's tunnels. */
  public static Optional<String> publicAddress(MeshNode meshNode) {
    return Optional.ofNullable(meshNode.getMetadata().getAnnotations())
        .flatMap(each -> Optional.ofNullable(each.get(Names.PUBLIC_ADDRESS_ANNOTATION)));
  }

  /**
   * Why an endpoint has no effect on this node's kernel; empty if it has. Its network must own the
   * address, and no earlier endpoint may hold its MAC address.
   */
  public Optional<String> objection(NetworkEndpoint endpoint) {
    Optional<HostNetworkSpec> declared =
        hostNetwork(EndpointCaches.networkOf(endpoint)).map(HostNetwork::getSpec);
    Optional<String> misplaced =
        declared.flatMap(spec ->
            EndpointAddress.objection(
                endpoint.getSpec(),
                spec.subnets() == null ? List.of() : spec.subnets(),
                spec.networkUid()));
    return misplaced.or(() -> endpoints.macHolder(endpoint).map(MacOrder::refusal));
  }

  /** Number of objects ignored because they contradict themselves. */
  public int refused() {
    return hostNetworks.refused()
        + meshNodes.refused()
        + members.refused().size()
        + endpoints.refused()
        + slices.refused();
  }

  /** Endpoints. */
  public EndpointCaches endpoints() {
    return endpoints;
  }

  /** Tasks of services. */
  public SliceCaches slices() {
    return slices;
  }

  /** Pods bound to this node; {@link #start} does not wait for them. */
  public BoundPods pods() {
    return pods;
  }

  @Override
  public void close() {
    pods.close();
    networks.close();
    hostNetworks.close();
    meshNodes.close();
    meshes.close();
    endpoints.close();
    slices.close();
  }

  /** The network of a HostNetwork, from its name if its spec lacks it. */
  public static String networkOf(HostNetwork hostNetwork) {
    String name = hostNetwork.getMetadata().getName();
    String network = hostNetwork.getSpec() == null ? null : hostNetwork.getSpec().network();
    return network == null ? name.substring(0, Math.max(0, name.indexOf('.'))) : network;
  }
}
