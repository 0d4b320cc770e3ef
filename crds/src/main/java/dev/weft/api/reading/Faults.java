package dev.weft.api.reading;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Faults found while reading an object of Weft. They are attached to it as a metadata field that no
 * API server stores, so only the reader can write it.
 */
public final class Faults {
  static final String FIELD = "weft.dev/faults";

  private Faults() {}

  /** Faults of {@code object}; empty if it was read completely. */
  public static List<Fault> of(HasMetadata object) {
    ObjectMeta metadata = object.getMetadata();
    Object stored = metadata == null ? null : metadata.getAdditionalProperties().get(FIELD);
    List<Fault> faults = new ArrayList<>();
    if (stored instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> fault) {
          faults.add(new Fault(text(fault, "path"), text(fault, "problem"), text(fault, "remedy")));
        }
      }
    }
    return faults;
  }

  static void attach(HasMetadata object, List<Fault> faults) {
    object
        .getMetadata()
        .setAdditionalProperty(
            FIELD,
            faults.stream()
                .map(each ->
                    Map.of("path", each.path(), "problem", each.problem(), "remedy", each.remedy()))
                .toList());
  }

  private static String text(Map<?, ?> fault, String field) {
    return Objects.toString(fault.get(field), "");
  }
}
