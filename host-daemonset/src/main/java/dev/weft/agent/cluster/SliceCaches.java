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
 * The tasks of services on networks that this node carries, as the EndpointSlices that the operator
 * labels with the network. One watch for each network that has a virtual address, none else. A
 * slice that is not named as the operator names its own counts as none.
 */
public final class SliceCaches implements AutoCloseable {
  private final KubernetesClient client;
  private final Cache.Listener<EndpointSlice> listener;
  private final Map<String, Followed> followed = new ConcurrentHashMap<>();

  private record Followed(Cache<EndpointSlice> cache, CompletableFuture<Void> synced) {}

  SliceCaches(KubernetesClient client, Cache.Listener<EndpointSlice> listener) {
    this.client = client;
    this.listener = listener;
  }

  /** Follows the tasks on a network; completes when all are known. */
  public CompletableFuture<Void> follow(String network) {
    return followed.computeIfAbsent(network, this::open).synced;
  }

  /** Follows the tasks on a network no more. */
  public void unfollow(String network) {
    Followed former = followed.remove(network);
    if (former != null) {
      former.cache.close();
    }
  }

  /** Whether all tasks on a network are known. */
  public boolean isSynced(String network) {
    Followed it = followed.get(network);
    return it != null && it.synced.isDone();
  }

  /** Names of the networks that are followed. */
  public List<String> networks() {
    return List.copyOf(followed.keySet());
  }

  /** How many slices there are that count as none. */
  int refused() {
    return followed.values().stream().mapToInt(each -> each.cache.refused()).sum();
  }

  /** All slices of a network. */
  public List<EndpointSlice> of(String network) {
    Followed it = followed.get(network);
    return it == null ? List.of() : it.cache.all();
  }

  /** The slice of a network that is known by {@link Cache#key}. */
  public Optional<EndpointSlice> get(String network, String key) {
    Followed it = followed.get(network);
    return it == null ? Optional.empty() : it.cache.get(key);
  }

  @Override
  public void close() {
    followed.keySet().forEach(this::unfollow);
  }

  private Followed open(String network) {
    Cache<EndpointSlice> cache =
        new Cache<>(
            client
                .resources(EndpointSlice.class)
                .inAnyNamespace()
                .withLabel(Names.NETWORK_LABEL, network),
            new Cache.Gate<>(TaskSlices::contradiction, SliceCaches::strip),
            listener);
    return new Followed(cache, cache.start().toCompletableFuture());
  }

  /** Keeps the addresses of tasks that are ready, as if they were one task's. */
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
