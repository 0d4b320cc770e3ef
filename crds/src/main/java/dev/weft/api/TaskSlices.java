package dev.weft.api;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names and limits of the EndpointSlices that list the tasks of an {@link OverlayService} for
 * agents. Anyone who may write EndpointSlices in the namespace can imitate them, so the set of
 * accepted names bounds their number.
 */
public final class TaskSlices {
  /** Maximum number of tasks in one slice. */
  public static final int LONGEST = 100;

  /** Maximum number of slices per address family of a service. */
  public static final int MOST = 50;

  /** Maximum number of balanced tasks per address family of a service. */
  public static final int TASKS = LONGEST * MOST;

  private TaskSlices() {}

  /** Name of the Service that lists all tasks of the service {@code name}. */
  public static String service(String name) {
    return name + "-tasks";
  }

  /** Name prefix of a Service's slices of one family; a number follows it. */
  public static String prefix(String service, boolean ipv4) {
    return "%s-ipv%d-".formatted(service, ipv4 ? 4 : 6);
  }

  /** Number after {@code prefix} in a slice's name; empty if there is none below {@link #MOST}. */
  public static Optional<Integer> number(String name, String prefix) {
    return Optional.of(name)
        .filter(each -> each.startsWith(prefix))
        .map(each -> each.substring(prefix.length()))
        .filter(each -> each.matches("0|[1-9]\\d{0,5}"))
        .map(Integer::valueOf)
        .filter(each -> each < MOST);
  }

  /**
   * Addresses of the ready tasks of a slice, {@link #LONGEST} at most. The Service of all tasks
   * publishes every task, so {@code serving} tells which tasks are ready.
   */
  public static List<String> ready(EndpointSlice slice) {
    return Stream.ofNullable(slice.getEndpoints())
        .flatMap(List::stream)
        .filter(TaskSlices::isReady)
        .flatMap(each -> Stream.ofNullable(each.getAddresses()))
        .flatMap(List::stream)
        .limit(LONGEST)
        .toList();
  }

  private static boolean isReady(Endpoint endpoint) {
    EndpointConditions conditions = endpoint.getConditions();
    return conditions != null
        && Boolean.TRUE.equals(conditions.getServing())
        && !Boolean.TRUE.equals(conditions.getTerminating());
  }

  /** Reason to ignore a slice: its name does not match its service label. Empty if it does. */
  public static Optional<String> contradiction(EndpointSlice slice) {
    Map<String, String> labels = slice.getMetadata().getLabels();
    String service = labels == null ? null : labels.get(Names.SERVICE_LABEL);
    String name = slice.getMetadata().getName();
    boolean named =
        service != null
            && (number(name, prefix(service(service), true)).isPresent()
                || number(name, prefix(service(service), false)).isPresent());
    return named
        ? Optional.empty()
        : Optional.of(
            "EndpointSlice %s/%s is not named %s0 to %d after its service"
                .formatted(
                    slice.getMetadata().getNamespace(),
                    name,
                    prefix(service("<" + Names.SERVICE_LABEL + ">"), true),
                    MOST - 1));
  }
}
