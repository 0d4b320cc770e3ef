package dev.weft.importer.translate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds the pod template of a workload: its container, volumes and requested networks. */
final class PodTemplate {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PodTemplate() {}

  /**
   * Builds the template.
   *
   * @param labels labels of the pods
   * @param asked networks for the annotation
   */
  static PodTemplateSpec of(Workload workload, Map<String, String> labels, List<Attach> asked) {
    String networks = annotation(asked);
    ObjectMeta metadata =
        networks == null && labels.isEmpty()
            ? null
            : new ObjectMetaBuilder()
                .withLabels(labels.isEmpty() ? null : labels)
                .withAnnotations(
                    networks == null ? null : Map.of(Names.NETWORKS_ANNOTATION, networks))
                .build();
    return new PodTemplateSpecBuilder()
        .withMetadata(metadata)
        .withSpec(
            workload
                .pod
                .withContainers(container(workload))
                .withVolumes(new ArrayList<>(workload.volumes.values()))
                .withHostNetwork(workload.onHost ? true : null)
                .build())
        .build();
  }

  static Container container(Workload workload) {
    return workload
        .container
        .withImage(workload.image)
        .withEnv(workload.environment)
        .withVolumeMounts(workload.mounts)
        .build();
  }

  /** Attach annotation: the short form if it suffices, else the JSON form; null for no network. */
  private static @Nullable String annotation(List<Attach> asked) {
    if (asked.isEmpty()) {
      return null;
    }
    if (asked.stream().allMatch(Attach::isPlain)) {
      return String.join(
          ", ",
          asked.stream()
              .map(each ->
                  each.device() == null ? each.network() : each.network() + "@" + each.device())
              .toList());
    }
    List<Map<String, Object>> list = new ArrayList<>();
    for (Attach each : asked) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("name", each.network());
      if (each.device() != null) {
        item.put("interface", each.device());
      }
      if (!each.ips().isEmpty()) {
        item.put("ips", each.ips());
      }
      if (each.mac() != null) {
        item.put("mac", each.mac());
      }
      list.add(item);
    }
    try {
      return JSON.writeValueAsString(list);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts are JSON", e);
    }
  }
}
