package dev.weft.agent.cluster;

import dev.weft.api.Names;
import dev.weft.api.TaskSlices;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tasks of services on the networks that this node carries, from the EndpointSlices that the
 * operator labels with the network. It uses one watch for each network with a virtual address. It
 * ignores slices not named as the operator names its own.
 */
public final class SliceCaches implements AutoCloseable {
  private final KubernetesClient client;
  private final NodeRecord record;
  private final Cache.Listener<EndpointSlice> listener;
  private final Map<String, Followed> followed = new ConcurrentHashMap<>();

  private record Followed(Cache<EndpointSlice> cache, CompletableFuture<Void> synced) {}

  SliceCaches(KubernetesClient client, NodeRecord record, Cache.Listener<EndpointSlice> listener) {
    this.client = client;
    this.record = record;
    this.listener = listener;
  }

  /** Starts to watch the tasks on a network; completes when all are known. */
  public CompletableFuture<Void> follow(String network) {
    return followed.computeIfAbsent(network, this::open).synced;
  }

  /** Stops watching the tasks on a network. */
  public void unfollow(String network) {
    Followed former = followed.remove(network);
    if (former != null) {
      former.cache.end();
    }
  }

  /** Whether all tasks on a network are known. */
  public boolean isSynced(String network) {
    Followed it = followed.get(network);
    return it != null && it.synced.isDone();
  }

  /** Names of the watched networks. */
  public List<String> networks() {
    return List.copyOf(followed.keySet());
  }

  /** Number of ignored slices. */
  int refused() {
    return followed.values().stream().mapToInt(each -> each.cache.refused()).sum();
  }

  /** All slices of a network. */
  public List<EndpointSlice> of(String network) {
    Followed it = followed.get(network);
    return it == null ? List.of() : it.cache.all();
  }

  /** The slice of a network by its {@link Cache#key}. */
  public Optional<EndpointSlice> get(String network, String key) {
    Followed it = followed.get(network);
    return it == null ? Optional.empty() : it.cache.get(key);
  }

  @Override
  public void close() {
    followed.values().forEach(each -> each.cache.close());
    followed.clear();
  }

  private Followed open(String network) {
    Cache<EndpointSlice> cache =
        new Cache<>(
            client
                .resources(EndpointSlice.class)
                .inAnyNamespace()
                .withLabel(Names.NETWORK_LABEL, network),
            new Cache.Gate<>(TaskSlices::contradiction, SliceCaches::strip),
            record.page("slices/" + network),
            listener);
    return new Followed(cache, cache.start().toCompletableFuture());
  }

  /** Keeps only the addresses of ready tasks, merged into one endpoint. */
  private static void strip(EndpointSlice slice) {
    slice.setPorts(List.of());
    slice.setEndpoints(
        List.of(
            new EndpointBuilder()
                .withAddresses(TaskSlices.ready(slice))
                .withNewConditions()
                .withServing(true)
                .endConditions()
                .build()));
  }
}
