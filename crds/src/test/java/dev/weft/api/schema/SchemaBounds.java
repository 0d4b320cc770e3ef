package dev.weft.api.schema;

import static java.util.Map.entry;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.Map;
import java.util.Objects;

/**
 * Bounds of fields that annotations leave unbounded: texts, numbers and lists, by field name. A
 * field that is not listed here needs its own bounds, or {@link SchemaBoundsTest} fails.
 */
final class SchemaBounds {
  private static final double INT = Integer.MAX_VALUE;

  /** The greatest integer that every JSON reader keeps exactly. */
  private static final double COUNTER = 9_007_199_254_740_991d;

  /** Maximum characters of a text, or of each text in a list or map. */
  private static final Map<String, Integer> TEXTS =
      Map.ofEntries(
          entry("address", 49),
          entry("allowedNamespaces", 63),
          entry("changes", 1024),
          entry("cidrs", 49),
          entry("container", 1024),
          entry("devices", 15),
          entry("driver", 16),
          entry("excluded", 91),
          entry("id", 128),
          entry("interface", 15),
          entry("device", 20),
          entry("interfacePrefix", 12),
          entry("lastTransitionTime", 64),
          entry("mac", 17),
          entry("maxUnavailable", 16),
          entry("missing", 64),
          entry("name", 63),
          entry("namespace", 63),
          entry("network", 63),
          entry("networkUid", 128),
          entry("node", 253),
          entry("nodeSelector", 63),
          entry("pod", 253),
          entry("podUid", 128),
          entry("ranges", 49),
          entry("release", 128),
          entry("reserved", 45),
          entry("rotate", 1024),
          entry("routes", 49),
          entry("selector", 1024),
          entry("since", 64),
          entry("summary", 64),
          entry("vip", 45),
          entry("vips", 45),
          entry("vtep", 45));

  private static final Map<String, Double> NUMBERS =
      Map.ofEntries(
          entry("acknowledged", INT),
          entry("active", COUNTER),
          entry("atOnce", INT),
          entry("count", INT),
          entry("desired", INT),
          entry("endpoints", INT),
          entry("epoch", COUNTER),
          entry("exhausted", COUNTER),
          entry("generation", COUNTER),
          entry("maxUnavailable", INT),
          entry("mtu", 65535d),
          entry("networkGeneration", COUNTER),
          entry("networks", INT),
          entry("nodes", INT),
          entry("observedGeneration", COUNTER),
          entry("parallelism", INT),
          entry("port", 65535d),
          entry("prepared", COUNTER),
          entry("ready", INT),
          entry("readyReplicas", INT),
          entry("replicas", INT),
          entry("updated", INT),
          entry("used", COUNTER),
          entry("vni", 16_777_215d));

  private static final Map<String, Long> LISTS =
      Map.of(
          "changes", 100L,
          "conditions", 32L,
          "devices", 64L,
          "missing", 64L,
          "ports", 64L,
          "routes", 4096L,
          "subnets", 16L,
          "vips", 16L);

  private SchemaBounds() {}

  static void bound(JSONSchemaProps schema) {
    if (schema.getProperties() != null) {
      schema.getProperties().forEach((name, each) -> bound(name, each));
    }
  }

  private static void bound(String name, JSONSchemaProps schema) {
    bound(schema);
    switch (Objects.requireNonNullElse(schema.getType(), "any")) {
      case "string" -> text(name, schema);
      case "integer" -> number(name, schema);
      case "array" -> {
        if (schema.getMaxItems() == null) {
          schema.setMaxItems(LISTS.get(name));
        }
        bound(name, schema.getItems().getSchema());
      }
      case "object" -> {
        if (schema.getAdditionalProperties() != null) {
          bound(name, schema.getAdditionalProperties().getSchema());
        }
      }
      default -> {
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
          text(name, schema);
          number(name, schema);
        }
      }
    }
  }

  private static void text(String name, JSONSchemaProps schema) {
    Integer longest = TEXTS.get(name);
    boolean closed = schema.getEnum() != null && !schema.getEnum().isEmpty();
    if (schema.getMaxLength() == null && !closed && longest != null) {
      schema.setMaxLength(longest.longValue());
    }
  }

  private static void number(String name, JSONSchemaProps schema) {
    if (schema.getMaximum() == null) {
      schema.setMaximum(NUMBERS.get(name));
    }
    if (schema.getMinimum() == null) {
      schema.setMinimum(0d);
    }
  }
}
