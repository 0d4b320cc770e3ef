package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.HostNetworkStatus;
import dev.weft.api.Mode;
import dev.weft.api.NodePlan;
import dev.weft.api.Reason;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * State of a network on one node.
 *
 * @param drift change that another program made on the node; null: none
 * @param impairment what limits the network on the node; null: nothing
 */
record NodeReport(String node, State state, @Nullable String drift, @Nullable String impairment) {

  /** Progress of the node. */
  sealed interface State {
    /** The node carries the current revision. */
    record Ready() implements State {}

    /** The node has not finished yet. */
    record Waiting(String why) implements State {}

    /**
     * The node cannot proceed.
     *
     * @param needsUser whether only the user can resolve it
     */
    record Failing(String why, boolean needsUser) implements State {}

    /** The node has reported its planned changes, and changes nothing. */
    record Planned(int changes) implements State {}
  }

  /** Report of a node that gets no HostNetwork, because the network is refused. */
  static NodeReport withoutHostNetwork(NodeFacts node) {
    return new NodeReport(node.name(), new State.Waiting("no valid revision to build"), null, null);
  }

  /**
   * Evaluates a node.
   *
   * @param actual the stored HostNetwork; null: none
   * @param wanted the HostNetwork that should exist
   */
  static NodeReport of(NodeFacts node, @Nullable HostNetwork actual, HostNetwork wanted) {
    State state =
        wanted.getSpec().overlay() == null
            ? state(node, actual, wanted)
            : node.conflict()
                .<State>map(why -> new State.Failing(why, false))
                .orElseGet(() -> state(node, actual, wanted));
    return new NodeReport(node.name(), state, drift(actual), impairment(actual));
  }

  /** Evaluates a node by its plan for a dry-run revision. */
  static NodeReport ofPlan(NodeFacts node, @Nullable HostNetwork actual, @Nullable Long revision) {
    return new NodeReport(
        node.name(), planned(node, actual, revision), drift(actual), impairment(actual));
  }

  /** Report of a node that gets a change later than others. */
  NodeReport later() {
    return state instanceof State.Waiting
        ? new NodeReport(node, new State.Waiting("its turn has not come"), drift, impairment)
        : this;
  }

  /** Standing of a node in the rollout of {@code wanted}. */
  static RolloutWaves.Standing standing(
      NodeFacts node, @Nullable HostNetwork actual, HostNetwork wanted) {
    if (actual == null
        || actual.isMarkedForDeletion()
        || Mode.isPlan(actual.getSpec().mode())
        || !Objects.equals(actual.getSpec().networkUid(), wanted.getSpec().networkUid())) {
      return RolloutWaves.Standing.AT_ONCE;
    }
    State own = own(node, actual);
    if (Objects.equals(actual.getSpec(), wanted.getSpec())) {
      return own instanceof State.Ready
          ? RolloutWaves.Standing.DONE
          : RolloutWaves.Standing.UNDER_WAY;
    }
    if (sameRevision(actual.getSpec(), wanted.getSpec())) {
      return RolloutWaves.Standing.AT_ONCE;
    }
    if (node.downBecause().isPresent()) {
      return RolloutWaves.Standing.DOWN;
    }
    return own instanceof State.Ready
        ? RolloutWaves.Standing.WAITING
        : RolloutWaves.Standing.FAILING;
  }

  /** Whether the difference is not due to the user, or is only the number of the revision. */
  private static boolean sameRevision(HostNetworkSpec actual, HostNetworkSpec wanted) {
    return Objects.equals(actual.networkGeneration(), wanted.networkGeneration())
        || HostNetworkSpecBuilder.builder(actual)
            .networkGeneration(wanted.networkGeneration())
            .build()
            .equals(wanted);
  }

  private static State planned(
      NodeFacts node, @Nullable HostNetwork actual, @Nullable Long revision) {
    Optional<String> down = node.downBecause();
    if (down.isPresent()) {
      return new State.Failing(down.get(), false);
    }
    NodePlan plan = actual == null || actual.getStatus() == null ? null : actual.getStatus().plan();
    return plan != null && Objects.equals(plan.networkGeneration(), revision)
        ? new State.Planned(Objects.requireNonNullElse(plan.count(), 0))
        : new State.Waiting("it has not planned this revision yet");
  }

  private static State state(NodeFacts node, @Nullable HostNetwork actual, HostNetwork wanted) {
    Optional<String> down = node.downBecause();
    if (down.isEmpty()
        && (actual == null
            || actual.isMarkedForDeletion()
            || !Objects.equals(actual.getSpec(), wanted.getSpec()))) {
      return new State.Waiting("it gets its HostNetwork");
    }
    return own(node, actual);
  }

  /** Progress of the node with the revision that it has. */
  private static State own(NodeFacts node, @Nullable HostNetwork actual) {
    Optional<String> down = node.downBecause();
    if (down.isPresent() || actual == null) {
      return new State.Failing(down.orElse("it has no HostNetwork"), false);
    }
    HostNetworkStatus status = actual.getStatus();
    if (status == null
        || !Objects.equals(status.observedGeneration(), actual.getMetadata().getGeneration())) {
      return new State.Waiting("its agent has not built this revision yet");
    }
    Optional<Condition> stalled =
        Conditions.find(status.conditions(), Conditions.STALLED)
            .filter(each -> Conditions.TRUE.equals(each.getStatus()));
    if (stalled.isPresent()) {
      return new State.Failing(message(stalled.get()), true);
    }
    return Conditions.find(status.conditions(), Conditions.READY)
        .map(NodeReport::ready)
        .orElse(new State.Waiting("its agent has not said whether it is ready"));
  }

  private static State ready(Condition condition) {
    return switch (condition.getStatus()) {
      case Conditions.TRUE -> new State.Ready();
      case Conditions.FALSE -> new State.Failing(message(condition), false);
      default -> new State.Waiting(message(condition));
    };
  }

  private static @Nullable String drift(@Nullable HostNetwork actual) {
    return raised(actual, Conditions.DRIFTED).map(NodeReport::message).orElse(null);
  }

  /** A problem of one endpoint or peer stays with it. */
  private static @Nullable String impairment(@Nullable HostNetwork actual) {
    return raised(actual, Conditions.DEGRADED)
        .filter(each -> Reason.NODE_IMPAIRED.toString().equals(each.getReason()))
        .map(NodeReport::message)
        .orElse(null);
  }

  private static Optional<Condition> raised(@Nullable HostNetwork actual, String type) {
    return actual == null || actual.getStatus() == null
        ? Optional.empty()
        : Conditions.find(actual.getStatus().conditions(), type)
            .filter(each -> Conditions.TRUE.equals(each.getStatus()));
  }

  private static String message(Condition condition) {
    return condition.getMessage() == null || condition.getMessage().isEmpty()
        ? Objects.requireNonNullElse(condition.getReason(), "no reason given")
        : condition.getMessage();
  }
}
