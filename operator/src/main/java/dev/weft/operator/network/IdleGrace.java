package dev.weft.operator.network;

import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps an overlay for a while on a node whose last pod on it has gone: pods are replaced by
 * others, and the next one would have to wait until the network is gone and built again. After a
 * restart of the operator the while begins anew.
 */
final class IdleGrace {
  /** How long an overlay stays where nothing uses it. */
  static final Duration STAY = Duration.ofSeconds(30);

  private final Map<String, Map<String, Instant>> since = new ConcurrentHashMap<>();

  /**
   * What is to be done by now.
   *
   * @param next when more is to be done; empty: when something changes
   */
  record Due(HostNetworkChanges hostNetworks, Optional<Instant> next) {}

  /** The changes without removing what may be used again soon. */
  Due due(ObservedNetwork observed, HostNetworkChanges changes, Instant now) {
    String network = observed.network().getMetadata().getName();
    Map<String, Instant> before = since.getOrDefault(network, Map.of());
    Map<String, Instant> idle = new HashMap<>();
    List<HostNetwork> delete = new ArrayList<>();
    for (HostNetwork each : changes.delete()) {
      String uid = each.getMetadata().getUid();
      Instant start = before.getOrDefault(uid, now);
      if (mayBeUsedAgain(observed, each) && now.isBefore(start.plus(STAY))) {
        idle.put(uid, start);
      } else {
        delete.add(each);
      }
    }
    if (idle.isEmpty()) {
      since.remove(network);
      return new Due(changes, Optional.empty());
    }
    since.put(network, Map.copyOf(idle));
    return new Due(
        new HostNetworkChanges(changes.apply(), delete, changes.forget()),
        Optional.of(Collections.min(idle.values()).plus(STAY)));
  }

  /** The network is to go everywhere. */
  void forget(String network) {
    since.remove(network);
  }

  private static boolean mayBeUsedAgain(ObservedNetwork observed, HostNetwork hostNetwork) {
    return Driver.of(observed.spec().driver()).filter(Driver.OVERLAY::equals).isPresent()
        && observed.selects(observed.node(ObservedNetwork.nodeOf(hostNetwork)))
        && observed.isOf(hostNetwork);
  }
}
