package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import java.util.Map;

/**
 * What changed of numbered places, of which the kernel draws one for each connection.
 *
 * @param before how many there were: 0 to before - 1
 * @param after how many there are
 * @param gone the tasks that were at the places that changed or ended
 * @param come the tasks that are at the places that changed or are new
 */
record BackendSlots(
    int before, int after, Map<Integer, IpAddress> gone, Map<Integer, IpAddress> come) {
  BackendSlots {
    gone = Map.copyOf(gone);
    come = Map.copyOf(come);
  }

  boolean isEmpty() {
    return before == after && gone.isEmpty() && come.isEmpty();
  }
}
