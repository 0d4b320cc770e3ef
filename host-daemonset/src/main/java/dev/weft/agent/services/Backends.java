package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import dev.weft.api.TaskSlices;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ready tasks of one service, updated by slice. Not thread-safe. */
final class Backends {
  private final Slots ipv4 = new Slots();
  private final Slots ipv6 = new Slots();
  private final Map<String, Set<IpAddress>> bySlice = new HashMap<>();

  Slots of(IpAddress virtual) {
    return of(virtual.isIpv4());
  }

  private Slots of(boolean first) {
    return first ? ipv4 : ipv6;
  }

  /**
   * Updates the tasks of one slice.
   *
   * @param slice null if it is gone
   */
  void update(String key, @Nullable EndpointSlice slice) {
    Set<IpAddress> now = slice == null ? Set.of() : ready(slice);
    Set<IpAddress> before = now.isEmpty() ? bySlice.remove(key) : bySlice.put(key, now);
    Set<IpAddress> old = before == null ? Set.of() : before;
    now.stream().filter(each -> !old.contains(each)).forEach(each -> of(each.isIpv4()).add(each));
    old.stream()
        .filter(each -> !now.contains(each))
        .forEach(each -> of(each.isIpv4()).remove(each));
  }

  private static Set<IpAddress> ready(EndpointSlice slice) {
    Set<IpAddress> ready = new HashSet<>();
    TaskSlices.ready(slice).forEach(address -> read(address, ready));
    return ready;
  }

  private static void read(String address, Set<IpAddress> into) {
    try {
      into.add(IpAddress.parse(address));
    } catch (IllegalArgumentException e) {
      // not ours: the operator writes addresses only
    }
  }
}
