package dev.weft.operator.network;

import dev.weft.api.RolloutProgress;
import dev.weft.operator.network.NodeReport.State;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a network has come on its nodes.
 *
 * @param waves the way of the present change; null: none is made
 * @param rollout what is published of it
 */
record NetworkProgress(
    List<NodeReport> reports, @Nullable RolloutWaves waves, @Nullable RolloutProgress rollout) {
  NetworkProgress {
    reports = List.copyOf(reports);
  }

  /** Whether a change stops at nodes that fail. */
  boolean isHalted() {
    return waves != null
        && waves.isBlocked()
        && reports.stream().anyMatch(each -> each.state() instanceof State.Failing);
  }

  /** Whether there are nodes whose turn has not come. */
  boolean isUnderWay() {
    return waves != null && !waves.isOver();
  }
}
