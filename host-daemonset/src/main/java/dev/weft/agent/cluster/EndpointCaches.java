package dev.weft.agent.cluster;

import dev.weft.api.Identity;
import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that concern this node: its own, and all endpoints of the networks that it carries.
 *
 * <p>It uses one watch for this node and, by label, one for the rest of each network. A watch of
 * the whole cluster would need memory and traffic for networks that this node does not carry.
 */
public final class EndpointCaches implements AutoCloseable {
  private final KubernetesClient client;
  private final NodeRecord record;
  private final String node;
  private final Cache.Listener<NetworkEndpoint> listener;
  private final Cache<NetworkEndpoint> own;
  private final Function<String, Optional<SandboxReference>> sandboxOf;
  private final Map<String, String> versionsPut = new ConcurrentHashMap<>();
  private final Set<NetworkEndpoint> expected = ConcurrentHashMap.newKeySet();
  private final Map<String, Followed> followed = new ConcurrentHashMap<>();
  private final MacIndex macs = new MacIndex();
  private final ReleasedAddresses resting = new ReleasedAddresses();

  private record Followed(
      Cache<NetworkEndpoint> cache, CompletableFuture<Void> synced, long since) {}

  EndpointCaches(
      KubernetesClient client,
      NodeRecord record,
      String node,
      Function<String, Optional<SandboxReference>> sandboxOf,
      Cache.Listener<NetworkEndpoint> listener) {
    this.client = client;
    this.record = record;
    this.node = node;
    this.sandboxOf = sandboxOf;
    this.listener = listener;
    this.own =
        new Cache<>(
            client.resources(NetworkEndpoint.class).withLabel(Names.NODE_LABEL, node),
            gate(),
            record.page("endpoints"),
            this::changed);
  }

  private Cache.Gate<NetworkEndpoint> gate() {
    return new Cache.Gate<>(Identity::contradiction, macs::add);
  }

  CompletionStage<Void> start() {
    return own.start();
  }

  /** Completes with the first lists of the node's own endpoints and of the networks so far. */
  CompletableFuture<Void> listed() {
    return CompletableFuture.allOf(
        Stream.concat(
                Stream.of(own.listed()),
                followed.values().stream().map(each -> each.cache.listed()))
            .toArray(CompletableFuture[]::new));
  }

  int refused() {
    return own.refused() + followed.values().stream().mapToInt(each -> each.cache.refused()).sum();
  }

  boolean isSynced() {
    return own.isSynced() && followed.values().stream().allMatch(each -> each.cache.isSynced());
  }

  /** Why the node's own or a network's endpoints are not current; empty if they are. */
  Optional<String> trouble() {
    return Stream.concat(
            Stream.of(own.trouble()),
            followed.entrySet().stream()
                .map(each ->
                    each.getValue()
                        .cache
                        .trouble()
                        .map(why -> "of the network %s, %s".formatted(each.getKey(), why))))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Starts to watch the endpoints of a network; completes when all are known. */
  public CompletableFuture<Void> follow(String network) {
    return followed.computeIfAbsent(network, this::open).synced;
  }

  /** Stops watching the endpoints of a network. */
  public void unfollow(String network) {
    Followed former = followed.remove(network);
    if (former != null) {
      former.cache.end();
      former.cache.all().forEach(macs::remove);
    }
  }

  /** Whether all endpoints of a network are known. */
  public boolean isSynced(String network) {
    Followed it = followed.get(network);
    return it != null && it.cache.isSynced();
  }

  /** Endpoints of this node. Those reserved for a pod belong to its sandbox once that runs. */
  public List<NetworkEndpoint> own() {
    return own.all().stream().map(this::named).toList();
  }

  /** Endpoints of this node on a network. */
  public List<NetworkEndpoint> own(String network) {
    return own().stream().filter(each -> network.equals(networkOf(each))).toList();
  }

  /** Endpoints of this node that are reserved for a pod and name no sandbox in the API. */
  public List<NetworkEndpoint> reserved() {
    return own.all().stream().filter(EndpointCaches::isUnnamed).toList();
  }

  /** Endpoints reserved for one pod, by its UID. */
  public List<NetworkEndpoint> reserved(String pod) {
    return reserved().stream().filter(each -> pod.equals(podOf(each))).toList();
  }

  /** Whether the API shows which sandbox an endpoint of this node belongs to. */
  public boolean isBound(String name) {
    return own.get(name).filter(each -> !isUnnamed(each)).isPresent();
  }

  private static @Nullable String podOf(NetworkEndpoint unnamed) {
    return Objects.requireNonNull(unnamed.getSpec().sandbox()).podUid();
  }

  private static boolean isUnnamed(NetworkEndpoint endpoint) {
    SandboxReference sandbox = endpoint.getSpec() == null ? null : endpoint.getSpec().sandbox();
    return sandbox != null && sandbox.id() == null;
  }

  /** Adds the running sandbox to an endpoint reserved for its pod; the API gets it later. */
  private NetworkEndpoint named(NetworkEndpoint endpoint) {
    if (!isUnnamed(endpoint)) {
      return endpoint;
    }
    return Optional.ofNullable(podOf(endpoint))
        .flatMap(sandboxOf)
        .map(sandbox -> named(endpoint, sandbox))
        .orElse(endpoint);
  }

  private static NetworkEndpoint named(NetworkEndpoint endpoint, SandboxReference sandbox) {
    NetworkEndpoint named = new NetworkEndpoint();
    named.setMetadata(endpoint.getMetadata());
    named.setSpec(NetworkEndpointSpecBuilder.builder(endpoint.getSpec()).sandbox(sandbox).build());
    named.setStatus(endpoint.getStatus());
    return named;
  }

  /**
   * Endpoints to build on this node for a network: its own, and expected ones, which have no
   * address yet.
   */
  public List<NetworkEndpoint> buildable(String network) {
    // read before its own: an endpoint settled meanwhile is in one of the two
    List<NetworkEndpoint> bare =
        expected.stream().filter(each -> network.equals(networkOf(each))).toList();
    return Stream.concat(
            bare.stream(),
            own(network).stream()
                .filter(each -> bare.stream().noneMatch(it -> isForSameSandbox(it, each))))
        .toList();
  }

  /** Two sandboxes may request one address at the same time. */
  private static boolean isForSameSandbox(NetworkEndpoint expected, NetworkEndpoint endpoint) {
    return expected.getMetadata().getName().equals(endpoint.getMetadata().getName())
        && Objects.equals(expected.getSpec().sandbox(), endpoint.getSpec().sandbox());
  }

  /** All known endpoints of a network, on this node and others. */
  public List<NetworkEndpoint> of(String network) {
    Map<String, NetworkEndpoint> byName = new LinkedHashMap<>();
    Followed it = followed.get(network);
    if (it != null) {
      it.cache.all().forEach(each -> byName.put(each.getMetadata().getName(), each));
    }
    own(network).forEach(each -> byName.put(each.getMetadata().getName(), each));
    return new ArrayList<>(byName.values());
  }

  /** Whether a service holds a virtual address on a network. */
  public boolean hasVirtual(String network) {
    Followed it = followed.get(network);
    return it != null
        && it.cache.all().stream()
            .anyMatch(each -> each.getSpec() != null && each.getSpec().service() != null);
  }

  /** The endpoint of this name on a network. */
  public Optional<NetworkEndpoint> get(String network, String name) {
    Followed it = followed.get(network);
    return own.get(name)
        .map(this::named)
        .or(() -> it == null ? Optional.empty() : it.cache.get(name));
  }

  /** Another endpoint of its network that holds the same MAC address and comes before it. */
  public Optional<NetworkEndpoint> macHolder(NetworkEndpoint endpoint) {
    return MacOrder.before(endpoint, sharing(endpoint));
  }

  /** Endpoints of other interfaces on its network with the same MAC address. */
  public List<NetworkEndpoint> rivals(NetworkEndpoint endpoint) {
    return sharing(endpoint).stream()
        .filter(each -> !MacOrder.isSameInterface(each, endpoint))
        .toList();
  }

  private List<NetworkEndpoint> sharing(NetworkEndpoint endpoint) {
    return macs.sharing(endpoint).stream()
        .flatMap(name -> get(networkOf(endpoint), name).stream())
        .filter(each -> Objects.equals(MacOrder.mac(each), MacOrder.mac(endpoint)))
        .toList();
  }

  /** Recently released addresses of a network; the lower the number, the longer ago. */
  public Map<IpAddress, Long> resting(String network) {
    return resting.of(network);
  }

  /**
   * Whether addresses of a network may have been released recently without this agent's knowledge.
   */
  public boolean isNew(String network) {
    Followed it = followed.get(network);
    return it == null || System.nanoTime() - it.since < ReleasedAddresses.REST.toNanos();
  }

  private void rest(@Nullable NetworkEndpoint before, @Nullable NetworkEndpoint after) {
    if (after == null && before != null) {
      macs.remove(before);
      resting.add(before);
    } else if (after != null) {
      resting.remove(after);
    }
  }

  /**
   * Adds an endpoint that is built before its address is claimed.
   *
   * @return the endpoint without its address, for {@link #settle}
   */
  public NetworkEndpoint expect(NetworkEndpoint endpoint) {
    NetworkEndpoint bare = new NetworkEndpoint();
    bare.setMetadata(new ObjectMetaBuilder().withName(endpoint.getMetadata().getName()).build());
    bare.setSpec(NetworkEndpointSpecBuilder.builder(endpoint.getSpec()).address(null).build());
    expected.add(bare);
    return bare;
  }

  /** Removes an expected endpoint once the claim of its address is decided. */
  public void settle(NetworkEndpoint bare) {
    expected.remove(bare);
  }

  /** Adds an endpoint of this node before the watch reports it. */
  public void put(NetworkEndpoint endpoint) {
    versionsPut.put(endpoint.getMetadata().getName(), endpoint.getMetadata().getResourceVersion());
    own.put(endpoint);
    macs.add(endpoint);
    resting.remove(endpoint);
  }

  /** Removes a deleted endpoint of this node. */
  public void remove(NetworkEndpoint endpoint) {
    versionsPut.remove(endpoint.getMetadata().getName());
    own.remove(endpoint);
    resting.add(endpoint);
  }

  @Override
  public void close() {
    own.close();
    followed.values().forEach(each -> each.cache.close());
    followed.clear();
  }

  /** The network of an endpoint; empty text if it names none. */
  public static String networkOf(NetworkEndpoint endpoint) {
    String network = endpoint.getSpec() == null ? null : endpoint.getSpec().network();
    return network == null ? "" : network;
  }

  /** Reports no change when the watch delivers a new endpoint that was already {@link #put}. */
  private void changed(@Nullable NetworkEndpoint before, @Nullable NetworkEndpoint after) {
    rest(before, after);
    NetworkEndpoint either = Objects.requireNonNull(after == null ? before : after);
    String put = versionsPut.remove(either.getMetadata().getName());
    boolean isKnown =
        (before == null || isUnnamed(before))
            && after != null
            && after.getMetadata().getResourceVersion().equals(put);
    listener.changed(isKnown ? after : before, after);
  }

  private Followed open(String network) {
    Cache<NetworkEndpoint> cache =
        new Cache<>(
            client
                .resources(NetworkEndpoint.class)
                .withLabel(Names.NETWORK_LABEL, network)
                .withLabelNotIn(Names.NODE_LABEL, node),
            gate(),
            record.page("endpoints/" + network),
            (before, after) -> {
              rest(before, after);
              listener.changed(before, after);
            });
    return new Followed(cache, cache.start().toCompletableFuture(), System.nanoTime());
  }
}
