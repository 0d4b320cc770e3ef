package dev.weft.agent.attach.claim;

import dev.weft.agent.cluster.EndpointCaches;
import dev.weft.api.EndpointAddress;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses the next address of a network: the lowest free one that was not released recently. An
 * agent that has followed the network only for a short time does not know the released ones. It
 * continues above the address that was taken last.
 */
final class AddressRotation {
  private static final Comparator<NetworkEndpoint> BY_AGE =
      Comparator.comparing(
          (NetworkEndpoint each) -> String.valueOf(each.getMetadata().getCreationTimestamp()));

  private final EndpointCaches endpoints;

  AddressRotation(EndpointCaches endpoints) {
    this.endpoints = endpoints;
  }

  /**
   * The next address; empty if none is free.
   *
   * @param bits 32 for IPv4, 128 for IPv6
   * @param skip how many free addresses to skip, if there are more
   */
  Optional<IpAddress> next(AssignableAddresses pool, int bits, Set<IpAddress> taken, int skip) {
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
}
