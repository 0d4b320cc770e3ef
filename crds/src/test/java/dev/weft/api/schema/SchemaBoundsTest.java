package dev.weft.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every text, number and list has bounds, so that no object exceeds what its readers can handle.
 */
class SchemaBoundsTest {
  /** One is bounded by its 64 bits, which JSON Schema cannot express; the other is opaque. */
  private static final Set<String> EXCEPT =
      Set.of("ContainerNetwork.status.addresses.free", "OverlayService.spec.template");

  @Test
  void everyLeafOfEveryKindIsBounded() {
    List<String> unbounded = new ArrayList<>();
    for (String yaml : CrdYaml.generate().values()) {
      var crd = new KubernetesSerialization().unmarshal(yaml, CustomResourceDefinition.class);
      walk(
          crd.getSpec().getNames().getKind(),
          crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema(),
          unbounded);
    }
    assertThat(unbounded).as("give them bounds, by annotations or in SchemaBounds").isEmpty();
  }

  private static void walk(String path, JSONSchemaProps schema, List<String> unbounded) {
    if (EXCEPT.contains(path)) {
      return;
    }
    boolean either = Boolean.TRUE.equals(schema.getXKubernetesIntOrString());
    String type = schema.getType() == null ? "" : schema.getType();
    boolean number = type.equals("integer") || type.equals("number") || either;
    boolean text =
        type.equals("string") && (schema.getEnum() == null || schema.getEnum().isEmpty());
    if (number && (schema.getMaximum() == null || schema.getMinimum() == null)) {
      unbounded.add(path + ": minimum and maximum");
    }
    if ((text || either) && schema.getMaxLength() == null) {
      unbounded.add(path + ": maxLength");
    }
    if ((type.isEmpty() && !either)
        || Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) {
      unbounded.add(path + ": type");
    }
    if (type.equals("array")) {
      if (schema.getMaxItems() == null) {
        unbounded.add(path + ": maxItems");
      }
      walk(path + "[]", schema.getItems().getSchema(), unbounded);
    }
    if (schema.getAdditionalProperties() != null) {
      if (schema.getMaxProperties() == null) {
        unbounded.add(path + ": maxProperties");
      }
      walk(path + ".*", schema.getAdditionalProperties().getSchema(), unbounded);
    } else if (schema.getProperties() != null) {
      schema.getProperties().forEach((name, each) -> walk(path + "." + name, each, unbounded));
    }
  }
}
