package dev.weft.operator.network;

import dev.weft.api.RolloutProgress;
import dev.weft.operator.network.NodeReport.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a network on its nodes.
 *
 * @param waves waves of the current rollout; null: there is none
 * @param rollout progress to publish
 */
record NetworkProgress(
    List<NodeReport> reports, @Nullable RolloutWaves waves, @Nullable RolloutProgress rollout) {
  NetworkProgress {
    reports = List.copyOf(reports);
  }

  /** Whether failing nodes block the rollout. */
  boolean isHalted() {
    return waves != null
        && waves.isBlocked()
        && reports.stream().anyMatch(each -> each.state() instanceof State.Failing);
  }

  /** Whether nodes still wait for their turn. */
  boolean isUnderWay() {
    return waves != null && !waves.isOver();
  }
}
