package dev.weft.operator.service;

import dev.weft.api.Conditions;
import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A task of a service: a pod joined with its addresses on the service's network.
 *
 * @param endpoints endpoints of the pod on the network
 */
record Task(Pod pod, List<NetworkEndpoint> endpoints) {
  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

  Task {
    endpoints = List.copyOf(endpoints);
  }

  String name() {
    return pod.getMetadata().getName();
  }

  boolean isTerminating() {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  boolean isFinished() {
    return pod.getStatus() != null && isFinal(pod.getStatus().getPhase());
  }

  private static boolean isFinal(@Nullable String phase) {
    return phase != null && FINISHED.contains(phase);
  }

  /** Whether the pod is ready and on the network. */
  boolean isServing() {
    boolean ready =
        pod.getStatus() != null
            && pod.getStatus().getConditions() != null
            && pod.getStatus().getConditions().stream()
                .anyMatch(each ->
                    "Ready".equals(each.getType()) && Conditions.TRUE.equals(each.getStatus()));
    return ready && !endpoints.isEmpty() && endpoints.stream().allMatch(Task::isWired);
  }

  /** Whether an endpoint's sandbox is attached to its network. */
  static boolean isWired(NetworkEndpoint endpoint) {
    return endpoint.getStatus() != null
        && Conditions.isTrue(endpoint.getStatus().conditions(), Conditions.READY);
  }

  boolean isReady() {
    return isServing() && !isTerminating();
  }

  List<IpAddress> addresses() {
    return endpoints.stream().flatMap(each -> address(each.getSpec()).stream()).toList();
  }

  /** The address of an endpoint without its prefix length; empty if it is malformed. */
  static Optional<IpAddress> address(NetworkEndpointSpec spec) {
    String text = spec.address();
    try {
      return text == null
          ? Optional.empty()
          : Optional.of(IpAddress.parse(text.substring(0, (text + "/").indexOf('/'))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reason why the task cannot start; empty if none is known. */
  Optional<String> trouble() {
    if (pod.getStatus() == null || isTerminating()) {
      return Optional.empty();
    }
    return Stream.concat(
            Stream.ofNullable(pod.getStatus().getInitContainerStatuses()).flatMap(List::stream),
            Stream.ofNullable(pod.getStatus().getContainerStatuses()).flatMap(List::stream))
        .flatMap(each -> waiting(each).stream())
        .findFirst()
        .or(this::unscheduled);
  }

  private static Optional<String> waiting(ContainerStatus status) {
    if (status.getState() == null || status.getState().getWaiting() == null) {
      return Optional.empty();
    }
    String reason = status.getState().getWaiting().getReason();
    String message = status.getState().getWaiting().getMessage();
    boolean starting =
        reason == null || reason.equals("ContainerCreating") || reason.equals("PodInitializing");
    return starting
        ? Optional.empty()
        : Optional.of(message == null ? reason : reason + ": " + message);
  }

  private Optional<String> unscheduled() {
    return Stream.ofNullable(pod.getStatus().getConditions())
        .flatMap(List::stream)
        .filter(each ->
            "PodScheduled".equals(each.getType()) && Conditions.FALSE.equals(each.getStatus()))
        .findFirst()
        .map(each -> each.getReason() + ": " + each.getMessage());
  }
}
