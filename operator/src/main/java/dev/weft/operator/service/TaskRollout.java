package dev.weft.operator.service;

import dev.weft.api.UpdateOrder;
import dev.weft.api.UpdateStrategy;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategy;
import io.fabric8.kubernetes.api.model.apps.DaemonSetUpdateStrategyBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Translates Docker's update settings to those of a workload. A workload stops its rollout if new
 * tasks do not become ready, as with Docker's failure action "pause".
 *
 * @param parallelism tasks replaced at a time; 0: all
 * @param startFirst whether a new task starts before an old one stops
 * @param delaySeconds time that a new task must be ready before the next step
 */
record TaskRollout(int parallelism, boolean startFirst, int delaySeconds) {
  /** Time after which a step counts as failed; Kubernetes' own default. */
  private static final int PATIENCE_SECONDS = 600;

  private static final IntOrString NONE = new IntOrString(0);
  private static final IntOrString ALL = new IntOrString("100%");

  static TaskRollout of(@Nullable UpdateStrategy update) {
    if (update == null) {
      return new TaskRollout(1, false, 0);
    }
    return new TaskRollout(
        update.parallelism() == null ? 1 : update.parallelism(),
        UpdateOrder.of(update.order()).filter(UpdateOrder.START_FIRST::equals).isPresent(),
        update.delaySeconds() == null ? 0 : update.delaySeconds());
  }

  DeploymentStrategy ofDeployment() {
    if (parallelism == 0 && !startFirst) {
      return new DeploymentStrategyBuilder().withType("Recreate").build();
    }
    return new DeploymentStrategyBuilder()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(startFirst ? step() : NONE)
        .withMaxUnavailable(startFirst ? NONE : step())
        .endRollingUpdate()
        .build();
  }

  DaemonSetUpdateStrategy ofDaemonSet() {
    return new DaemonSetUpdateStrategyBuilder()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(startFirst ? step() : null)
        .withMaxUnavailable(startFirst ? NONE : step())
        .endRollingUpdate()
        .build();
  }

  /** Progress deadline; Kubernetes requires it to be longer than the delay. */
  int progressDeadlineSeconds() {
    return PATIENCE_SECONDS + delaySeconds;
  }

  private IntOrString step() {
    return parallelism == 0 ? ALL : new IntOrString(parallelism);
  }
}
