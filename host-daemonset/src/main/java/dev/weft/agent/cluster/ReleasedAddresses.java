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
 * Addresses that were given back a short while ago, by network. A client may still know their
 * holder: they are handed out when no other is free, the one that was given back first first.
 */
final class ReleasedAddresses {
  /** How long an address rests: longer than a neighbour or a resolver remembers it. */
  static final Duration REST = Duration.ofMinutes(5);

  private final Map<String, Map<IpAddress, Long>> since = new ConcurrentHashMap<>();

  /** The holder of an address gave it back, or was made to. */
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

  /** An address is held. */
  void remove(NetworkEndpoint held) {
    Map<IpAddress, Long> ofNetwork = since.get(EndpointCaches.networkOf(held));
    if (ofNetwork != null) {
      EndpointAddress.of(held.getSpec()).ifPresent(ofNetwork::remove);
    }
  }

  /** Addresses of a network that rest; the lower the number, the longer. */
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
