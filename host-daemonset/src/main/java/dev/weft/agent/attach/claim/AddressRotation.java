package dev.weft.agent.attach.claim;

import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.agent.desired.EndpointAddresses;
import dev.weft.api.EndpointAddress;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Chooses the next address of a network: the lowest free one that was not released recently. An
 * agent that has followed the network only for a short time does not know the released ones. It
 * continues above the address that was taken last.
 *
 * <p>Claims run at the same time. A chosen address is therefore not free for other claims of this
 * agent until the API server has decided.
 */
final class AddressRotation {
  private static final Comparator<NetworkEndpoint> BY_AGE =
      Comparator.comparing(
          (NetworkEndpoint each) -> String.valueOf(each.getMetadata().getCreationTimestamp()));

  private final EndpointCaches endpoints;
  private final Set<Chosen> undecided = ConcurrentHashMap.newKeySet();

  private record Chosen(String network, IpAddress address) {}

  AddressRotation(EndpointCaches endpoints) {
    this.endpoints = endpoints;
  }

  /**
   * Chooses an address, for which {@link #decided} must follow.
   *
   * @param bits 32 for IPv4, 128 for IPv6
   * @param refused addresses that were tried in vain
   * @param skip how many free addresses to skip, if there are more
   */
  IpAddress choose(AssignableAddresses pool, int bits, Set<IpAddress> refused, int skip)
      throws AttachError {
    while (true) {
      // read before the endpoints: a claim decided meanwhile is in one of the two
      Set<IpAddress> others = undecided(pool.network());
      Set<IpAddress> taken = taken(pool.network());
      Set<IpAddress> busy = new HashSet<>(taken);
      busy.addAll(others);
      busy.addAll(refused);
      Optional<IpAddress> next = next(pool, bits, busy, skip);
      if (next.isEmpty()) {
        taken.addAll(refused);
        throw others.stream().anyMatch(each -> each.bits() == bits)
            ? contended(pool)
            : exhausted(pool, bits, taken);
      }
      if (undecided.add(new Chosen(pool.network(), next.get()))) {
        return next.get();
      }
    }
  }

  /** The claim of a chosen address is decided, and its endpoint is cached if it succeeded. */
  void decided(String network, IpAddress address) {
    undecided.remove(new Chosen(network, address));
  }

  private Set<IpAddress> undecided(String network) {
    return undecided.stream()
        .filter(each -> each.network.equals(network))
        .map(Chosen::address)
        .collect(Collectors.toSet());
  }

  private Set<IpAddress> taken(String network) {
    Set<IpAddress> taken = new HashSet<>();
    endpoints
        .of(network)
        .forEach(each -> EndpointAddresses.of(each.getSpec()).ifPresent(taken::add));
    return taken;
  }

  private Optional<IpAddress> next(
      AssignableAddresses pool, int bits, Set<IpAddress> taken, int skip) {
    Map<IpAddress, Long> resting = endpoints.resting(pool.network());
    Set<IpAddress> busy = new HashSet<>(taken);
    busy.addAll(resting.keySet());
    Optional<IpAddress> last =
        endpoints.isNew(pool.network()) ? last(pool, bits) : Optional.empty();
    return last.map(each -> pool.freeAfter(each, busy, skip))
        .orElseGet(() -> pool.free(bits, busy, skip))
        .or(() -> longestAtRest(pool, bits, taken, resting));
  }

  private Optional<IpAddress> last(AssignableAddresses pool, int bits) {
    return endpoints.of(pool.network()).stream()
        .filter(each -> each.getSpec().service() == null)
        .filter(each -> address(each, bits).filter(pool::handsOut).isPresent())
        .max(BY_AGE.thenComparing(each -> address(each, bits).orElseThrow()))
        .flatMap(each -> address(each, bits));
  }

  private static Optional<IpAddress> address(NetworkEndpoint endpoint, int bits) {
    return EndpointAddress.of(endpoint.getSpec()).filter(each -> each.bits() == bits);
  }

  private static Optional<IpAddress> longestAtRest(
      AssignableAddresses pool, int bits, Set<IpAddress> taken, Map<IpAddress, Long> resting) {
    return resting.entrySet().stream()
        .filter(each -> each.getKey().bits() == bits)
        .filter(each -> !taken.contains(each.getKey()) && pool.handsOut(each.getKey()))
        .min(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey);
  }

  private static AttachError contended(AssignableAddresses pool) {
    return AttachError.passing(
        "other sandboxes are claiming the last free addresses of network %s; the agent tries again"
            .formatted(pool.network()));
  }

  private static AttachError exhausted(AssignableAddresses pool, int bits, Set<IpAddress> taken) {
    long used = taken.stream().filter(each -> each.bits() == bits).count();
    return AttachError.until(
        ("network %s has no free IPv%s address left in %s: %d are in use; remove pods, or give it a"
                + " larger subnet or range")
            .formatted(pool.network(), bits == 32 ? "4" : "6", pool.subnets(), used));
  }
}
