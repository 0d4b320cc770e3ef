package dev.weft.agent.attach.claim;

import dev.weft.api.Driver;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.IpAddress;
import dev.weft.api.MacvlanOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Probes whether a machine of the LAN holds an address before Weft takes it: on a macvlan network
 * Weft shares the LAN. It caches positive answers for a while, because a probe takes time.
 */
final class LanProbe {
  private static final Duration MEMORY = Duration.ofMinutes(1);

  private final Probe probe;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  private record Answer(String mac, long expires) {}

  LanProbe(Probe probe) {
    this.probe = probe;
  }

  /** MAC address of the machine that holds an address, once known; empty if none answers. */
  CompletableFuture<Optional<String>> holder(HostNetworkSpec spec, IpAddress address) {
    Optional<String> wire = wire(spec);
    if (wire.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    String key = wire.get() + " " + address;
    long now = System.nanoTime();
    answers.values().removeIf(each -> each.expires - now < 0);
    Answer known = answers.get(key);
    if (known != null) {
      return CompletableFuture.completedFuture(Optional.of(known.mac));
    }
    return CompletableFuture.supplyAsync(
        () -> {
          Optional<String> found = probe.holder(wire.get(), address);
          found.ifPresent(mac -> answers.put(key, new Answer(mac, now + MEMORY.toNanos())));
          return found;
        },
        Thread.ofVirtual().name("lan check")::start);
  }

  /** The node's device on the LAN; empty if the network has no LAN. */
  private static Optional<String> wire(HostNetworkSpec spec) {
    MacvlanOptions options = spec.macvlan();
    if (options == null
        || options.parent() == null
        || Driver.of(spec.driver()).filter(Driver.MACVLAN::equals).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        options.vlan() == null ? options.parent() : options.parent() + "." + options.vlan());
  }
}
