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
 * The outcome of a reconcile.
 *
 * @param networks by name, each desired network that the reconcile covered
 * @param leftovers by network UID, why networks that are no longer desired still exist
 * @param changes the changes, in the order made
 * @param standing UIDs of networks with any object in the kernel; empty after a partial reconcile
 * @param keys the state of the keys of encrypted networks
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
   * @param report on the keys; empty if there are none
   * @param lingering whether old keys are about to go, so that another pass must follow soon
   */
  public record Keys(Optional<KeyReport> report, boolean lingering) {
    /** No keys. */
    public static final Keys NONE = new Keys(Optional.empty(), false);
  }

  public ReconcileOutcome {
    networks = Map.copyOf(networks);
    leftovers = Map.copyOf(leftovers);
    changes = List.copyOf(changes);
  }

  /** Merges this outcome with the later one. */
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
   * Adds problems to the networks that the reconcile covered.
   *
   * @param problems by the network's name
   */
  public ReconcileOutcome with(Map<String, List<Problem>> problems) {
    Map<String, NetworkOutcome> more = new HashMap<>(networks);
    problems.forEach((name, found) -> more.computeIfPresent(name, (_, it) -> it.with(found)));
    return new ReconcileOutcome(more, leftovers, changes, standing, keys);
  }

  /** Whether a read of the whole kernel found nothing of the network. */
  public boolean isGone(String uid) {
    return standing.filter(each -> !each.contains(uid)).isPresent() && !leftovers.containsKey(uid);
  }

  /**
   * Returns the outcome of a network.
   *
   * @throws NoSuchElementException if the reconcile did not cover it
   */
  public NetworkOutcome of(String network) {
    NetworkOutcome outcome = networks.get(network);
    if (outcome == null) {
      throw new NoSuchElementException(network);
    }
    return outcome;
  }
}
