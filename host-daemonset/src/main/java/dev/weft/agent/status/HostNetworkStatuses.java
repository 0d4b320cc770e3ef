package dev.weft.agent.status;

import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.HostNetworkStatus;
import dev.weft.api.NodePlan;
import dev.weft.api.Reason;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The status of a HostNetwork as a function of the outcome of a pass.
 *
 * <ul>
 *   <li>Ready: True when {@code observedGeneration} is live.
 *   <li>Reconciling: True while the agent retries by itself; absent otherwise.
 *   <li>Stalled: True while a user must change something; the message says what.
 *   <li>Degraded: True while endpoints or peers are not on the network, or the node's firewall
 *       drops what they send; absent otherwise. The message names them, and the network is Ready.
 *   <li>Drifted: True, with the repaired changes, from a repair until no drift has been seen for a
 *       while. It is written once during that time, however often drift recurs: the Event {@code
 *       DriftRepaired} counts.
 * </ul>
 */
final class HostNetworkStatuses {
  private static final String IDLE = "nothing waits for the user";

  private final Clock clock;

  HostNetworkStatuses(Clock clock) {
    this.clock = clock;
  }

  /**
   * State of a network that the data plane does not report.
   *
   * @param endpoints number of sandboxes of this node on it
   * @param drift recent repairs, if there are any
   * @param plan changes of another revision in plan mode
   */
  record Reported(int endpoints, Optional<String> drift, Optional<NodePlan> plan) {}

  /**
   * The status to write.
   *
   * @param generation of the HostNetwork that was applied
   * @param old its current status
   * @param outcome result of the data plane
   * @param reported further state
   */
  HostNetworkStatus of(
      Long generation, @Nullable HostNetworkStatus old, NetworkOutcome outcome, Reported reported) {
    ConditionsDraft conditions =
        ConditionsDraft.from(old == null ? null : old.conditions(), generation, clock);
    return new HostNetworkStatus(
        generation,
        drifted(built(conditions, outcome), reported.drift).list(),
        outcome.devices(),
        reported.endpoints,
        reported.plan.orElse(null));
  }

  /** The status of a HostNetwork in plan mode. */
  HostNetworkStatus ofPlan(Long generation, @Nullable HostNetworkStatus old, NodePlan plan) {
    ConditionsDraft conditions =
        ConditionsDraft.from(old == null ? null : old.conditions(), generation, clock)
            .with(
                Conditions.READY,
                Conditions.FALSE,
                Reason.PLANNED,
                "nothing is built; %d changes would be made".formatted(plan.count()))
            .without(Conditions.RECONCILING)
            .without(Conditions.DRIFTED);
    return new HostNetworkStatus(
        generation, notStalled(conditions, IDLE).list(), List.of(), 0, plan);
  }

  private static ConditionsDraft built(ConditionsDraft conditions, NetworkOutcome outcome) {
    List<Problem> own =
        outcome.problems().stream().filter(each -> each.endpoint().isEmpty()).toList();
    List<Problem> mend = own.stream().filter(each -> each.cure() == Problem.Cure.USER).toList();
    String all = text(own);
    if (own.isEmpty()) {
      return notStalled(
          degraded(conditions, outcome)
              .with(
                  Conditions.READY, Conditions.TRUE, Reason.LIVE, "the node's kernel is as desired")
              .without(Conditions.RECONCILING),
          outcome.problems().isEmpty()
              ? IDLE
              : "the network itself waits for no change; Degraded says what does");
    }
    if (mend.isEmpty()) {
      return notStalled(
          degraded(conditions, outcome)
              .with(Conditions.READY, Conditions.FALSE, Reason.RETRYING, all)
              .with(Conditions.RECONCILING, Conditions.TRUE, Reason.RETRYING, all),
          "the agent tries again by itself; Ready says why");
    }
    return degraded(conditions, outcome)
        .with(Conditions.READY, Conditions.FALSE, Reason.NEEDS_CHANGE, all)
        .without(Conditions.RECONCILING)
        .with(Conditions.STALLED, Conditions.TRUE, Reason.NEEDS_CHANGE, text(mend));
  }

  /** The network is live, but some endpoint or peer that the message names is not on it. */
  private static ConditionsDraft degraded(ConditionsDraft conditions, NetworkOutcome outcome) {
    List<Problem> others =
        outcome.problems().stream().filter(each -> !each.endpoint().isEmpty()).toList();
    return others.isEmpty()
        ? conditions.without(Conditions.DEGRADED)
        : conditions.with(
            Conditions.DEGRADED,
            Conditions.TRUE,
            reason(others),
            others.stream()
                .map(each -> each.endpoint() + ": " + each)
                .distinct()
                .collect(Collectors.joining("; ")));
  }

  /**
   * A problem of the node itself affects the whole network, so its reason reaches the network's
   * status.
   */
  private static Reason reason(List<Problem> problems) {
    if (problems.stream().anyMatch(Problem::isOfNode)) {
      return Reason.NODE_IMPAIRED;
    }
    return problems.stream().anyMatch(each -> each.cure() == Problem.Cure.USER)
        ? Reason.NEEDS_CHANGE
        : Reason.RETRYING;
  }

  private static ConditionsDraft notStalled(ConditionsDraft conditions, String message) {
    return conditions.with(Conditions.STALLED, Conditions.FALSE, Reason.NOT_STALLED, message);
  }

  private static ConditionsDraft drifted(ConditionsDraft conditions, Optional<String> drift) {
    return drift
        .map(what ->
            conditions.with(Conditions.DRIFTED, Conditions.TRUE, Reason.DRIFT_REPAIRED, what))
        .orElseGet(() ->
            conditions.with(
                Conditions.DRIFTED,
                Conditions.FALSE,
                Reason.IN_SYNC,
                "no other program changed the network recently"));
  }

  private static String text(List<Problem> problems) {
    return problems.stream().map(Problem::toString).distinct().collect(Collectors.joining("; "));
  }
}
