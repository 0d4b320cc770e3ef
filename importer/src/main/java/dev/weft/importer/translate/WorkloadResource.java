package dev.weft.importer.translate;

import dev.weft.api.validation.Validation;
import dev.weft.importer.ledger.Cursor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Converts a workload to resources: an OverlayService if one of its networks is an overlay. */
public final class WorkloadResource {
  private WorkloadResource() {}

  public static Imported of(String what, Workload workload) {
    String leftOut = workload.leftOut;
    if (workload.image == null || workload.image.isBlank()) {
      leftOut = leftOut == null ? "no image says what to run" : leftOut;
      workload.image("none");
    }
    if (workload.onHost && !workload.networks.isEmpty()) {
      leftOut =
          Objects.requireNonNullElse(
              leftOut,
              "a pod on the node's own stack cannot join %s; choose one of them"
                  .formatted(workload.networks.getFirst().network()));
    }
    meetWishes(workload);
    List<HasMetadata> resources = new ArrayList<>();
    boolean overlay = workload.networks.stream().anyMatch(Attach::overlay);
    if (overlay && workload.mode != Workload.Mode.JOB && !workload.onHost) {
      var service = OverlayResource.of(workload);
      resources.add(service);
      if (leftOut == null) {
        leftOut = NetworkResource.fault(Validation.of(service));
      }
    } else {
      resources.addAll(PlainResource.of(workload));
    }
    return new Imported(what, resources, workload.notes, leftOut);
  }

  /**
   * Drops requested addresses if the workload is on an overlay or has several tasks, which cannot
   * share one.
   */
  private static void meetWishes(Workload workload) {
    boolean single =
        workload.mode == Workload.Mode.REPLICATED
            && (workload.replicas == null || workload.replicas <= 1);
    boolean overlay = workload.networks.stream().anyMatch(Attach::overlay);
    for (int i = 0; i < workload.networks.size(); i++) {
      Attach each = workload.networks.get(i);
      if (!each.isPlain() && (!single || overlay)) {
        for (Cursor wish : each.wishes()) {
          wish.dropped("the service has several tasks, or is reached by its virtual address");
        }
        workload.networks.set(
            i,
            new Attach(each.network(), each.overlay(), List.of(), null, each.device(), List.of()));
      }
    }
  }
}
