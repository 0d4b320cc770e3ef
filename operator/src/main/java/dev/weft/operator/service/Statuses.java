package dev.weft.operator.service;

import static dev.weft.api.Conditions.FALSE;
import static dev.weft.api.Conditions.READY;
import static dev.weft.api.Conditions.RECONCILING;
import static dev.weft.api.Conditions.STALLED;
import static dev.weft.api.Conditions.TRUE;
import static dev.weft.api.Conditions.UNKNOWN;

import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.IpAddress;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.api.OverlayServiceStatusBuilder;
import dev.weft.api.Reason;
import dev.weft.api.TaskSlices;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes the status of a service from its workload, its network and its tasks. */
record Statuses(ObservedService observed, Clock clock) {

  /**
   * Progress of the workload.
   *
   * @param desired number of tasks wanted
   * @param updated number of tasks with the current template
   * @param current whether its controller has observed the current template
   */
  record Progress(int desired, int updated, int all, boolean current) {
    static Progress of(@Nullable HasMetadata workload) {
      return switch (workload) {
        case Deployment it when it.getStatus() != null && it.getSpec() != null ->
            new Progress(
                orZero(it.getSpec().getReplicas()),
                orZero(it.getStatus().getUpdatedReplicas()),
                orZero(it.getStatus().getReplicas()),
                seen(it, it.getStatus().getObservedGeneration()));
        case DaemonSet it when it.getStatus() != null ->
            new Progress(
                orZero(it.getStatus().getDesiredNumberScheduled()),
                orZero(it.getStatus().getUpdatedNumberScheduled()),
                orZero(it.getStatus().getCurrentNumberScheduled()),
                seen(it, it.getStatus().getObservedGeneration()));
        case null, default -> new Progress(0, 0, 0, false);
      };
    }

    private static boolean seen(HasMetadata workload, @Nullable Long generation) {
      return Objects.equals(workload.getMetadata().getGeneration(), generation);
    }

    private static int orZero(@Nullable Integer number) {
      return number == null ? 0 : number;
    }
  }

  /** Status of a service that waits for its user; existing tasks keep running. */
  OverlayServiceStatus stalled(ObservedService.Obstacle obstacle, List<IpAddress> virtual) {
    return status(
        virtual,
        draft()
            .with(READY, FALSE, obstacle.reason(), obstacle.message())
            .with(RECONCILING, FALSE, Reason.STALLED, "no update is under way")
            .with(STALLED, TRUE, obstacle.reason(), obstacle.message()));
  }

  OverlayServiceStatus running(List<IpAddress> virtual) {
    Progress progress = Progress.of(workload());
    int ready = ready();
    String counts = "%d of %d tasks are ready".formatted(ready, progress.desired) + beyond();
    ConditionsDraft draft =
        draft().with(STALLED, FALSE, Reason.NOT_STALLED, "nothing is in the way");
    Optional<String> trouble = trouble();
    if (trouble.isPresent()) {
      String message = counts + "; " + trouble.get();
      return status(
          virtual,
          draft
              .with(READY, FALSE, Reason.TASK_FAILING, message)
              .with(RECONCILING, TRUE, Reason.TASK_FAILING, message));
    }
    boolean done =
        progress.current
            && progress.updated == progress.desired
            && progress.all == progress.desired
            && ready == progress.desired;
    return status(
        virtual,
        done
            ? draft
                .with(READY, TRUE, Reason.TASKS_READY, counts)
                .with(RECONCILING, FALSE, Reason.DONE, "nothing is left to do")
            : draft
                .with(READY, UNKNOWN, Reason.TASKS_IN_PROGRESS, counts)
                .with(RECONCILING, TRUE, Reason.TASKS_IN_PROGRESS, counts));
  }

  /** Message about tasks that no slice lists; empty: there are none. */
  private String beyond() {
    for (boolean ipv4 : List.of(true, false)) {
      long addresses =
          observed.tasks().stream()
              .filter(Task::isReady)
              .flatMap(each -> each.addresses().stream())
              .filter(each -> each.isIpv4() == ipv4)
              .count();
      if (addresses > TaskSlices.TASKS) {
        return "; %d of %d ready addresses are balanced, which is the most of one service"
            .formatted(TaskSlices.TASKS, addresses);
      }
    }
    return "";
  }

  private @Nullable HasMetadata workload() {
    return Stream.concat(
            observed.children(Deployment.class).stream(),
            observed.children(DaemonSet.class).stream())
        .findFirst()
        .orElse(null);
  }

  /** Problem of the network, or else of a task; no task starts without the network. */
  private Optional<String> trouble() {
    var network = observed.network();
    Optional<String> unready =
        network == null || network.getStatus() == null
            ? Optional.empty()
            : Conditions.find(network.getStatus().conditions(), STALLED)
                .filter(each -> TRUE.equals(each.getStatus()))
                .map(each ->
                    "network %s is stalled: %s"
                        .formatted(network.getMetadata().getName(), each.getMessage()));
    return unready.or(() ->
        observed.tasks().stream()
            .flatMap(each ->
                each.trouble().map(why -> "pod %s: %s".formatted(each.name(), why)).stream())
            .findFirst());
  }

  private int ready() {
    return (int) observed.tasks().stream().filter(Task::isReady).count();
  }

  private ConditionsDraft draft() {
    OverlayServiceStatus old = observed.service().getStatus();
    return ConditionsDraft.from(
        old == null ? null : old.conditions(),
        observed.service().getMetadata().getGeneration(),
        clock);
  }

  private OverlayServiceStatus status(List<IpAddress> virtual, ConditionsDraft draft) {
    return OverlayServiceStatusBuilder.builder()
        .observedGeneration(draft.generation())
        .conditions(draft.list())
        .vip(virtual.isEmpty() ? null : virtual.getFirst().toString())
        .vips(virtual.isEmpty() ? null : virtual.stream().map(IpAddress::toString).toList())
        .replicas((int) observed.tasks().stream().filter(each -> !each.isTerminating()).count())
        .readyReplicas(ready())
        .endpoints(
            (int)
                observed.tasks().stream()
                    .filter(Task::isReady)
                    .mapToLong(each -> each.addresses().size())
                    .sum())
        .selector(
            dev.weft.api.Names.SERVICE_LABEL + "=" + observed.service().getMetadata().getName())
        .build();
  }
}
