package dev.weft.operator.allocation;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.validation.Validation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Allocates networks one at a time, and remembers each allocation until the informer cache shows
 * it, so that a stale cache cannot cause a double allocation. Nothing is persisted here; after a
 * restart, the statuses hold all allocations.
 */
public final class AllocationCache {
  private final Map<String, NetworkAllocation> given = new HashMap<>();
  private final Set<String> checked = new HashSet<>();

  /**
   * Allocates for {@code network}.
   *
   * @param all all networks in the informer cache, with or without {@code network}; called only if
   *     needed
   */
  public synchronized AllocationOutcome allocate(
      ContainerNetwork network, Networks all, AddressPools pools) {
    String uid = network.getMetadata().getUid();
    AllocationRequest claim = claim(network).orElseThrow();
    if (claim.isSettled() && checked.contains(uid)) {
      return new AllocationOutcome.Granted(claim.held());
    }
    Collection<ContainerNetwork> cached = all.list();
    forgetAllBut(cached, uid);
    AllocationOutcome outcome = Allocator.allocate(claim, others(cached, uid), pools);
    if (outcome instanceof AllocationOutcome.Granted granted) {
      if (!granted.grant().equals(NetworkAllocation.recorded(network.getStatus()))) {
        given.put(uid, granted.grant());
      }
      checked.add(uid);
    }
    return outcome;
  }

  /** All networks in the cache. */
  @FunctionalInterface
  public interface Networks {
    Collection<ContainerNetwork> list();
  }

  private List<AllocationRequest> others(Collection<ContainerNetwork> cached, String uid) {
    List<AllocationRequest> others = new ArrayList<>();
    for (ContainerNetwork each : cached) {
      String other = each.getMetadata().getUid();
      given.remove(other, NetworkAllocation.recorded(each.getStatus()));
      if (!other.equals(uid)) {
        claim(each).filter(claim -> claim.isSettled() || canSettle(each)).ifPresent(others::add);
      }
    }
    return others;
  }

  private static boolean canSettle(ContainerNetwork network) {
    return !network.isMarkedForDeletion() && Validation.of(network).isEmpty();
  }

  private Optional<AllocationRequest> claim(ContainerNetwork network) {
    return AllocationRequest.of(network, held(network));
  }

  private NetworkAllocation held(ContainerNetwork network) {
    NetworkAllocation assumed = given.get(network.getMetadata().getUid());
    return assumed == null ? NetworkAllocation.recorded(network.getStatus()) : assumed;
  }

  private void forgetAllBut(Collection<ContainerNetwork> cached, String uid) {
    Set<String> there = new HashSet<>(Set.of(uid));
    cached.forEach(each -> there.add(each.getMetadata().getUid()));
    given.keySet().retainAll(there);
    checked.retainAll(there);
  }
}
