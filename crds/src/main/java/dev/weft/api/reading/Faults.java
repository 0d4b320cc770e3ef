package dev.weft.api.reading;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The faults that reading found in an object of Weft. They travel with it as a field of its
 * metadata that no API server stores, so nobody but the reader can write it.
 */
public final class Faults {
  static final String FIELD = "weft.dev/faults";

  private Faults() {}

  /** What could not be read of {@code object}; empty for one that was read whole. */
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
