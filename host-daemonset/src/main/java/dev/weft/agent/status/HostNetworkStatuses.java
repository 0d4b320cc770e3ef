package dev.weft.agent.status;

import dev.weft.agent.dataplane.NetworkOutcome;
import dev.weft.agent.dataplane.Problem;
import dev.weft.api.Conditions;
import dev.weft.api.HostNetworkStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The status of an instruction as a function of what came of it.
 *
 * <ul>
 *   <li>Ready: True when the instruction of {@code observedGeneration} is live.
 *   <li>Stalled: True while something waits for a user; the message says what to change.
 *   <li>Drifted: True, with what was found changed, from the repair of a drift until none has been
 *       seen for a while. During that time it is written once, however often drift recurs: the
 *       Event {@code DriftRepaired} counts.
 * </ul>
 */
final class HostNetworkStatuses {
  private static final int MESSAGE_LIMIT = 4096;

  private final Clock clock;

  HostNetworkStatuses(Clock clock) {
    this.clock = clock;
  }

  /**
   * What the data plane does not say of a network.
   *
   * @param endpoints how many sandboxes of this node are on it
   * @param drift what was repaired, if that was not long ago
   */
  record Reported(int endpoints, Optional<String> drift) {}

  /**
   * The status to write.
   *
   * @param generation of the instruction that was followed
   * @param old the status it has now
   * @param outcome what the data plane made of it
   * @param reported what else there is to say
   */
  HostNetworkStatus of(
      Long generation, @Nullable HostNetworkStatus old, NetworkOutcome outcome, Reported reported) {
    List<Condition> conditions = old == null ? null : old.conditions();
    conditions = Conditions.merge(conditions, ready(outcome, generation));
    conditions = Conditions.merge(conditions, stalled(outcome, generation));
    conditions = Conditions.merge(conditions, drifted(reported.drift, generation));
    return new HostNetworkStatus(generation, conditions, outcome.devices(), reported.endpoints);
  }

  private Condition ready(NetworkOutcome outcome, Long generation) {
    if (outcome.problems().isEmpty()) {
      return Conditions.of(
          Conditions.READY,
          Conditions.TRUE,
          "Live",
          "the node's kernel is as instructed",
          generation,
          clock);
    }
    return Conditions.of(
        Conditions.READY,
        Conditions.FALSE,
        outcome.isStalled() ? "Stalled" : "Retrying",
        text(outcome.problems()),
        generation,
        clock);
  }

  private Condition stalled(NetworkOutcome outcome, Long generation) {
    List<Problem> problems =
        outcome.problems().stream().filter(each -> each.cure() == Problem.Cure.USER).toList();
    return problems.isEmpty()
        ? Conditions.of(
            Conditions.STALLED,
            Conditions.FALSE,
            "NothingToMend",
            "nothing waits for a user",
            generation,
            clock)
        : Conditions.of(
            Conditions.STALLED, Conditions.TRUE, "NeedsChange", text(problems), generation, clock);
  }

  private Condition drifted(Optional<String> drift, Long generation) {
    return drift
        .map(what ->
            Conditions.of(
                Conditions.DRIFTED, Conditions.TRUE, "DriftRepaired", what, generation, clock))
        .orElseGet(() ->
            Conditions.of(
                Conditions.DRIFTED,
                Conditions.FALSE,
                "AsBuilt",
                "nothing of the network was changed by others of late",
                generation,
                clock));
  }

  private static String text(List<Problem> problems) {
    String all =
        problems.stream().map(Problem::toString).distinct().collect(Collectors.joining("; "));
    return all.length() <= MESSAGE_LIMIT ? all : all.substring(0, MESSAGE_LIMIT);
  }
}
