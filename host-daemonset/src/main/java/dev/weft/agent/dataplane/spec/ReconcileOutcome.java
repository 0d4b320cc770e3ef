package dev.weft.agent.dataplane.spec;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.mesh.keys.KeyReport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What came of a reconcile.
 *
 * @param networks by name, each network of the desired state that the reconcile looked at
 * @param leftovers by network UID, what keeps networks that are no longer desired from being gone
 * @param changes what was changed, in this order
 * @param standing UIDs of networks of which the kernel still holds anything; empty if the reconcile
 *     did not look at all of it
 * @param keys what became of the keys of encrypted networks
 */
public record ReconcileOutcome(
    Map<String, NetworkOutcome> networks,
    Map<String, List<Problem>> leftovers,
    List<Change> changes,
    Optional<Set<String>> standing,
    Keys keys) {

  /**
   * The keys of encrypted networks.
   *
   * @param report on them, empty if there are none
   * @param lingering whether to look at them again soon, as some are about to go
   */
  public record Keys(Optional<KeyReport> report, boolean lingering) {
    /** There are none. */
    public static final Keys NONE = new Keys(Optional.empty(), false);
  }

  public ReconcileOutcome {
    networks = Map.copyOf(networks);
    leftovers = Map.copyOf(leftovers);
    changes = List.copyOf(changes);
  }

  /** Both, of which the other came after. */
  public ReconcileOutcome then(ReconcileOutcome next) {
    Map<String, NetworkOutcome> both = new HashMap<>(networks);
    next.networks.forEach((name, outcome) -> both.merge(name, outcome, NetworkOutcome::then));
    return new ReconcileOutcome(
        both,
        next.leftovers,
        Stream.concat(changes.stream(), next.changes.stream()).toList(),
        next.standing,
        next.keys);
  }

  /**
   * The same with more problems of the networks that the reconcile looked at.
   *
   * @param problems by the network's name
   */
  public ReconcileOutcome with(Map<String, List<Problem>> problems) {
    Map<String, NetworkOutcome> more = new HashMap<>(networks);
    problems.forEach((name, found) -> more.computeIfPresent(name, (_, it) -> it.with(found)));
    return new ReconcileOutcome(more, leftovers, changes, standing, keys);
  }

  /** Whether a look at the whole kernel found nothing of the network. */
  public boolean isGone(String uid) {
    return standing.filter(each -> !each.contains(uid)).isPresent() && !leftovers.containsKey(uid);
  }

  /**
   * What came of a network.
   *
   * @throws NoSuchElementException if the reconcile did not look at it
   */
  public NetworkOutcome of(String network) {
    NetworkOutcome outcome = networks.get(network);
    if (outcome == null) {
      throw new NoSuchElementException(network);
    }
    return outcome;
  }
}
