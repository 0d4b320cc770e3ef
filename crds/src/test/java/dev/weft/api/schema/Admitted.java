package dev.weft.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.List;
import java.util.Random;

/** Creates random objects that a schema admits, with values at the limits of their bounds. */
public final class Admitted {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> WORDS =
      List.of(
          "",
          "a",
          "blue",
          "10.0.0.0/8",
          "10.0.0.1",
          "::/0",
          "fd00::/64",
          "::ffff:1.2.3.4/128",
          "0/0",
          "999.1.1.1/99",
          "25%",
          "-1",
          "1e9",
          "true",
          "eth0",
          "é\u0000\ud83d",
          "a-b",
          "null",
          "2026-01-01T00:00:00Z",
          "nonsense",
          "02:00:00:00:00:01",
          "1h",
          "64Gi",
          "99999999999h");
  private static final List<String> TEMPLATE =
      List.of(
          "metadata",
          "labels",
          "annotations",
          "weft.dev/networks",
          "spec",
          "containers",
          "name",
          "image",
          "env",
          "ports",
          "resources",
          "limits",
          "volumes",
          "hostNetwork",
          "nodeSelector",
          "tolerations",
          "affinity",
          "terminationGracePeriodSeconds",
          "livenessProbe",
          "httpGet");

  private final Random random;

  /** Whether objects respect the bounds of numbers and texts, or only the types. */
  private final boolean bounded;

  public Admitted(Random random, boolean bounded) {
    this.random = random;
    this.bounded = bounded;
  }

  public ObjectNode object(CustomResourceDefinition crd) {
    ObjectNode object = JSON.objectNode();
    object.put("apiVersion", crd.getSpec().getGroup() + "/v1alpha1");
    object.put("kind", crd.getSpec().getNames().getKind());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", pick(List.of("blue", "default", "blue.10.0.0.1", "blue.weft-1", "x")));
    metadata.put("uid", "u").put("resourceVersion", "1").put("generation", 1);
    if (crd.getSpec().getScope().equals("Namespaced")) {
      metadata.put("namespace", "default");
    }
    JSONSchemaProps root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    for (String part : List.of("spec", "status")) {
      object.set(part, value(root.getProperties().get(part)));
    }
    return object;
  }

  private JsonNode value(JSONSchemaProps schema) {
    if (Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) {
      return members(0);
    }
    if (schema.getEnum() != null && !schema.getEnum().isEmpty()) {
      return pick(schema.getEnum());
    }
    if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
      return random.nextBoolean() ? number(schema) : text(schema);
    }
    return switch (schema.getType()) {
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      case "integer" -> number(schema);
      case "string" -> text(schema);
      case "array" -> list(schema);
      case "object" -> fields(schema);
      default -> throw new AssertionError("no value of type " + schema.getType());
    };
  }

  private JsonNode fields(JSONSchemaProps schema) {
    ObjectNode object = JSON.objectNode();
    if (schema.getAdditionalProperties() != null) {
      for (int i = random.nextInt(3); i > 0; i--) {
        object.set(pick(WORDS), value(schema.getAdditionalProperties().getSchema()));
      }
    }
    if (schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach((name, each) -> {
            if (schema.getRequired().contains(name) || random.nextInt(4) > 0) {
              object.set(name, value(each));
            }
          });
    }
    return object;
  }

  private JsonNode list(JSONSchemaProps schema) {
    ArrayNode list = JSON.arrayNode();
    int least = schema.getMinItems() == null ? 0 : schema.getMinItems().intValue();
    for (int i = least + random.nextInt(3); i > 0; i--) {
      list.add(value(schema.getItems().getSchema()));
    }
    return list;
  }

  private JsonNode number(JSONSchemaProps schema) {
    if (!bounded) {
      return JSON.numberNode(pick(List.of(-1L, 0L, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE)));
    }
    long least = schema.getMinimum() == null ? 0 : schema.getMinimum().longValue();
    long most = schema.getMaximum() == null ? Long.MAX_VALUE : schema.getMaximum().longValue();
    return JSON.numberNode(
        pick(List.of(least, most, Math.min(most, least + 1), Math.max(least, most / 2))));
  }

  private JsonNode text(JSONSchemaProps schema) {
    String word = pick(WORDS);
    int longest =
        !bounded || schema.getMaxLength() == null ? 100_000 : schema.getMaxLength().intValue();
    if (random.nextInt(10) == 0) {
      word = "x".repeat(longest);
    }
    return JSON.textNode(word.substring(0, Math.min(word.length(), longest)));
  }

  private JsonNode anything(int depth) {
    return switch (random.nextInt(depth > 8 ? 4 : 7)) {
      case 0 -> JSON.textNode(pick(WORDS));
      case 1 -> JSON.numberNode(pick(List.of(0L, -1L, 1L << 40, Long.MAX_VALUE)));
      case 2 -> JSON.booleanNode(random.nextBoolean());
      case 3 -> JSON.numberNode(pick(List.of(0.5, -1e300, 1e300)));
      case 4 -> JSON.arrayNode().add(anything(depth + 1)).add(anything(depth + 1));
      default -> members(depth + 1);
    };
  }

  ObjectNode members(int depth) {
    ObjectNode object = JSON.objectNode();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.set(pick(TEMPLATE), anything(depth));
    }
    return object;
  }

  private <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** Replaces a few parts of {@code object}. */
  public void distort(JsonNode object) {
    for (JsonNode each : object) {
      distort(each);
    }
    if (object instanceof ObjectNode fields) {
      for (String name : List.copyOf(names(fields))) {
        if (random.nextInt(6) == 0 && !name.equals("name") && !name.equals("metadata")) {
          fields.set(name, anything(0));
        }
      }
    } else if (object instanceof ArrayNode list && random.nextInt(6) == 0) {
      list.add(anything(0));
    }
  }

  private static List<String> names(ObjectNode fields) {
    return fields.properties().stream().map(each -> each.getKey()).toList();
  }
}
