package dev.weft.agent.services;

import dev.weft.agent.cluster.Cache;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The services of one network, kept between passes: a change recomputes only what it touches. Used
 * by one thread.
 */
final class NetworkServices {
  private final String network;
  private final ClusterCaches cluster;
  private final Map<String, VirtualIp> virtuals = new TreeMap<>();
  private final Map<String, Backends> backends = new HashMap<>();
  private final Map<String, String> serviceOfSlice = new HashMap<>();
  private Set<String> served = Set.of();
  private long version;

  NetworkServices(String network, ClusterCaches cluster) {
    this.network = network;
    this.cluster = cluster;
  }

  String name() {
    return network;
  }

  boolean isEmpty() {
    return virtuals.isEmpty();
  }

  /**
   * Changes of one update.
   *
   * @param whole whether virtual addresses were added, changed or removed
   * @param places changes of the tasks, by virtual address
   * @param from the previous version
   */
  record Turn(boolean whole, Map<VirtualIp, BackendSlots> places, long from) {
    boolean isEmpty() {
      return !whole && places.isEmpty();
    }
  }

  /** Number of turns so far: a client with one version needs only the changes since then. */
  long version() {
    return version;
  }

  /** Every virtual address with its tasks. */
  List<BalancingTable.Filled> filled() {
    return virtuals.values().stream()
        .map(each -> new BalancingTable.Filled(each, slots(each).all()))
        .toList();
  }

  Slots slots(VirtualIp virtual) {
    return backends.computeIfAbsent(virtual.service(), _ -> new Backends()).of(virtual.address());
  }

  /** Reads everything again. */
  Turn all() {
    Map<String, VirtualIp> now = new TreeMap<>();
    for (NetworkEndpoint each : cluster.endpoints().of(network)) {
      virtual(each).ifPresent(it -> now.put(each.getMetadata().getName(), it));
    }
    boolean whole = !now.equals(virtuals);
    virtuals.clear();
    virtuals.putAll(now);
    serve();
    Set<String> slices = new HashSet<>(serviceOfSlice.keySet());
    cluster.slices().of(network).forEach(each -> slices.add(Cache.key(each)));
    slices.forEach(this::slice);
    return turn(whole);
  }

  /** Reads the named endpoints and slices again; ignores other keys. */
  Turn some(Collection<String> keys) {
    boolean whole = false;
    for (String key : keys) {
      if (virtuals.containsKey(key)
          || cluster.endpoints().get(network, key).filter(VirtualIp::is).isPresent()) {
        whole |= virtual(key);
      } else {
        slice(key);
      }
    }
    if (whole) {
      serve();
    }
    return turn(whole);
  }

  /** Updates the tasks of services with a virtual address, and drops all others. */
  private void serve() {
    Set<String> now =
        virtuals.values().stream().map(VirtualIp::service).collect(Collectors.toSet());
    if (now.equals(served)) {
      return;
    }
    served = now;
    backends.keySet().retainAll(now);
    serviceOfSlice.values().retainAll(now);
    cluster.slices().of(network).stream()
        .map(Cache::key)
        .filter(each -> !serviceOfSlice.containsKey(each))
        .forEach(this::slice);
  }

  private boolean virtual(String key) {
    VirtualIp now = cluster.endpoints().get(network, key).flatMap(this::virtual).orElse(null);
    VirtualIp before = now == null ? virtuals.remove(key) : virtuals.put(key, now);
    return !Objects.equals(before, now);
  }

  private Optional<VirtualIp> virtual(NetworkEndpoint endpoint) {
    return VirtualIp.is(endpoint) && cluster.objection(endpoint).isEmpty()
        ? VirtualIp.of(endpoint)
        : Optional.empty();
  }

  private void slice(String key) {
    @Nullable EndpointSlice slice = cluster.slices().get(network, key).orElse(null);
    String before = serviceOfSlice.get(key);
    Optional<String> now =
        Optional.ofNullable(slice).flatMap(NetworkServices::serviceOf).filter(served::contains);
    if (before != null && !now.equals(Optional.of(before))) {
      at(before).update(key, null);
      serviceOfSlice.remove(key);
    }
    now.ifPresent(service -> {
      at(service).update(key, slice);
      serviceOfSlice.put(key, service);
    });
  }

  private Backends at(String service) {
    return backends.computeIfAbsent(service, _ -> new Backends());
  }

  private static Optional<String> serviceOf(EndpointSlice slice) {
    Map<String, String> labels = slice.getMetadata().getLabels();
    return Optional.ofNullable(labels == null ? null : labels.get(Names.SERVICE_LABEL))
        .map(name -> slice.getMetadata().getNamespace() + "/" + name);
  }

  private Turn turn(boolean whole) {
    Map<VirtualIp, BackendSlots> places = new LinkedHashMap<>();
    for (VirtualIp each : virtuals.values()) {
      BackendSlots changed = slots(each).take();
      if (!changed.isEmpty()) {
        places.put(each, changed);
      }
    }
    Turn turn = new Turn(whole, places, version);
    if (!turn.isEmpty()) {
      version++;
    }
    return turn;
  }
}
