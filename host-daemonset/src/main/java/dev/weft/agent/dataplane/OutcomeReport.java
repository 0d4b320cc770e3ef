package dev.weft.agent.dataplane;

import dev.weft.agent.dataplane.apply.Failures;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reports what a pass did, by network. */
record OutcomeReport(HostKernel kernel, NodeSpec spec, LastPass last) {

  /**
   * The result of a pass.
   *
   * @param changes all attempted changes
   * @param failures the changes that failed, and why
   * @param repaired repaired drift, a line each, by network UID
   * @param standing UIDs of networks in the kernel; empty after a partial pass
   */
  record Made(
      List<Change> changes,
      Map<Change, RuntimeException> failures,
      Map<String, List<String>> repaired,
      Optional<Set<String>> standing) {}

  /**
   * Returns {@code names} and the networks that the changes affect.
   *
   * @param repaired UIDs of networks with other repairs
   */
  static Set<String> concerned(
      NodeSpec spec, Set<String> names, List<Change> changes, Set<String> repaired) {
    Set<String> changed = changes.stream().map(Change::uid).collect(Collectors.toSet());
    changed.addAll(repaired);
    boolean secrets = changed.contains(Owner.ENCRYPTION.uid());
    return spec.networks().entrySet().stream()
        .filter(entry ->
            names.contains(entry.getKey())
                || changed.contains(entry.getValue().uid())
                || (secrets && entry.getValue().isEncrypted())
                || changed.contains(Owner.NODE.uid()))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Returns the outcome of the networks {@code names}, and remembers their problems. */
  ReconcileOutcome of(Set<String> names, Made made, ReconcileOutcome.Keys keys) {
    Map<String, List<Problem>> failed = new HashMap<>();
    made.failures()
        .forEach((change, error) ->
            failed
                .computeIfAbsent(change.uid(), _ -> new ArrayList<>())
                .add(Failures.explain(change, error, kernel)));
    Map<String, NetworkOutcome> networks = new LinkedHashMap<>();
    for (String name : names) {
      NetworkSpec network = spec.networks().get(name);
      if (network != null) {
        networks.put(name, network(name, network, failed, made.repaired()));
      }
    }
    failed.keySet().removeIf(uid -> uid.equals(Owner.NODE.uid()) || isDesired(uid));
    return new ReconcileOutcome(
        networks,
        failed,
        made.changes().stream().filter(change -> !made.failures().containsKey(change)).toList(),
        made.standing(),
        keys);
  }

  private NetworkOutcome network(
      String name,
      NetworkSpec network,
      Map<String, List<Problem>> failed,
      Map<String, List<String>> repaired) {
    Optional<LastPass.Carried> carried = Optional.ofNullable(last.networks().get(name));
    List<Problem> problems = carried.map(LastPass.Carried::problems).orElseGet(ArrayList::new);
    List<String> repairs = new ArrayList<>();
    for (String uid : owners(network, carried)) {
      problems.addAll(failed.getOrDefault(uid, List.of()));
      repairs.addAll(repaired.getOrDefault(uid, List.of()));
    }
    return new NetworkOutcome(last.applied().devices(network.uid()), problems, repairs);
  }

  /** UIDs that own the network's items, its own and shared ones. */
  private static List<String> owners(NetworkSpec network, Optional<LastPass.Carried> carried) {
    List<String> uids = new ArrayList<>(List.of(network.uid()));
    if (carried.filter(LastPass.Carried::isFiltered).isPresent()) {
      uids.add(Owner.NODE.uid());
    }
    if (network.isEncrypted()) {
      uids.add(Owner.ENCRYPTION.uid());
    }
    return uids;
  }

  private boolean isDesired(String uid) {
    return spec.networks().values().stream().anyMatch(each -> each.uid().equals(uid))
        || (uid.equals(Owner.ENCRYPTION.uid()) && !spec.encrypted().isEmpty());
  }
}
