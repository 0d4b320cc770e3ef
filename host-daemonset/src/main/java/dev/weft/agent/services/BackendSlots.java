package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import java.util.Map;

/**
 * Changes of numbered slots; the kernel draws one slot for each connection.
 *
 * @param before number of slots before: 0 to before - 1
 * @param after number of slots after
 * @param gone former tasks of the slots that changed or were removed
 * @param come new tasks of the slots that changed or were added
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
