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
 * Keeps an overlay on a node for a while after its last pod there is gone. A replacement pod would
 * otherwise wait until the network is removed and built again. After a restart of the operator, the
 * period starts again.
 */
final class IdleGrace {
  /** Time that an unused overlay stays on a node. */
  static final Duration STAY = Duration.ofSeconds(30);

  private final Map<String, Map<String, Instant>> since = new ConcurrentHashMap<>();

  /**
   * Changes that are due now.
   *
   * @param next time of the next change; empty: none is scheduled
   */
  record Due(HostNetworkChanges hostNetworks, Optional<Instant> next) {}

  /** The changes without deletions of overlays that may soon be used again. */
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

  /** Forgets a network that is being deleted. */
  void forget(String network) {
    since.remove(network);
  }

  private static boolean mayBeUsedAgain(ObservedNetwork observed, HostNetwork hostNetwork) {
    return Driver.of(observed.spec().driver()).filter(Driver.OVERLAY::equals).isPresent()
        && observed.selects(observed.node(ObservedNetwork.nodeOf(hostNetwork)))
        && observed.isOf(hostNetwork);
  }
}
