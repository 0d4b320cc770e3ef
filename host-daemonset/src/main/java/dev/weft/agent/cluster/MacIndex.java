package dev.weft.agent.cluster;

import dev.weft.api.NetworkEndpoint;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Index from MAC addresses to names of endpoints. It may contain stale names: callers check the
 * endpoints themselves.
 */
final class MacIndex {
  private final Map<String, Set<String>> names = new ConcurrentHashMap<>();

  void add(NetworkEndpoint endpoint) {
    String mac = MacOrder.mac(endpoint);
    if (mac != null) {
      names.compute(
          key(endpoint, mac),
          (_, before) -> {
            Set<String> all = before == null ? ConcurrentHashMap.newKeySet(1) : before;
            all.add(endpoint.getMetadata().getName());
            return all;
          });
    }
  }

  void remove(NetworkEndpoint endpoint) {
    String mac = MacOrder.mac(endpoint);
    if (mac != null) {
      names.computeIfPresent(
          key(endpoint, mac),
          (_, all) -> {
            all.remove(endpoint.getMetadata().getName());
            return all.isEmpty() ? null : all;
          });
    }
  }

  /** Names of endpoints on its network that may have the same MAC address. */
  Set<String> sharing(NetworkEndpoint endpoint) {
    String mac = MacOrder.mac(endpoint);
    return mac == null ? Set.of() : names.getOrDefault(key(endpoint, mac), Set.of());
  }

  private static String key(NetworkEndpoint endpoint, String mac) {
    return EndpointCaches.networkOf(endpoint) + " " + mac;
  }
}
