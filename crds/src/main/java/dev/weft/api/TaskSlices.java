package dev.weft.api;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The EndpointSlices by which agents know the tasks of an {@link OverlayService}: how they are
 * named, and how many there are at most. Whoever may write EndpointSlices in a namespace can write
 * some that look the same, so their number is bounded by what they are called.
 */
public final class TaskSlices {
  /** Tasks of one slice. */
  public static final int LONGEST = 100;

  /** Slices of one address family of a service. */
  public static final int MOST = 50;

  /** Tasks of one address family of a service that are balanced. */
  public static final int TASKS = LONGEST * MOST;

  private TaskSlices() {}

  /** Name of the Service that stands for all tasks of the service {@code name}. */
  public static String service(String name) {
    return name + "-tasks";
  }

  /** What the names of a Service's slices of one family begin with; a number follows. */
  public static String prefix(String service, boolean ipv4) {
    return "%s-ipv%d-".formatted(service, ipv4 ? 4 : 6);
  }

  /** The number in a slice's name after {@code prefix}; empty: it has none that counts. */
  public static Optional<Integer> number(String name, String prefix) {
    return Optional.of(name)
        .filter(each -> each.startsWith(prefix))
        .map(each -> each.substring(prefix.length()))
        .filter(each -> each.matches("0|[1-9]\\d{0,5}"))
        .map(Integer::valueOf)
        .filter(each -> each < MOST);
  }

  /**
   * Addresses of the tasks of a slice that are ready, {@link #LONGEST} at most. Of the Service of
   * all tasks every one is published, and {@code serving} says which are ready.
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

  /** Why a slice lists no tasks: its name is none of those that its labels give it. */
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
