package dev.weft.agent.cluster;

import dev.weft.api.EndpointAddress;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Recently released addresses, by network. A client may still know their former holder, so they are
 * assigned only when no other is free, the one released first before the others.
 */
final class ReleasedAddresses {
  /** How long an address rests: longer than neighbours or resolvers remember it. */
  static final Duration REST = Duration.ofMinutes(5);

  private final Map<String, Map<IpAddress, Long>> since = new ConcurrentHashMap<>();

  /** Records the address of a deleted endpoint. */
  void add(@Nullable NetworkEndpoint gone) {
    prune();
    if (gone != null) {
      EndpointAddress.of(gone.getSpec())
          .ifPresent(address ->
              since
                  .computeIfAbsent(EndpointCaches.networkOf(gone), _ -> new ConcurrentHashMap<>())
                  .putIfAbsent(address, System.nanoTime()));
    }
  }

  /** Removes an address that is held again. */
  void remove(NetworkEndpoint held) {
    Map<IpAddress, Long> ofNetwork = since.get(EndpointCaches.networkOf(held));
    if (ofNetwork != null) {
      EndpointAddress.of(held.getSpec()).ifPresent(ofNetwork::remove);
    }
  }

  /** Resting addresses of a network; the lower the number, the longer ago. */
  Map<IpAddress, Long> of(String network) {
    prune();
    long now = System.nanoTime();
    Map<IpAddress, Long> ages = new HashMap<>();
    since.getOrDefault(network, Map.of()).forEach((address, time) -> ages.put(address, time - now));
    return ages;
  }

  private void prune() {
    long now = System.nanoTime();
    since.values().forEach(each -> each.values().removeIf(time -> now - time > REST.toNanos()));
  }
}
