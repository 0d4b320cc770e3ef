package dev.weft.api.schema;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Schema details that annotations cannot express: lists of conditions, the order of columns, the
 * pod template.
 */
final class SchemaDetails implements CRDPostProcessor {

  @Override
  public HasMetadata process(HasMetadata resource, String crdVersion) {
    var crd = (CustomResourceDefinition) resource;
    Class<?> kind =
        CrdYaml.KINDS.stream()
            .filter(each -> each.getSimpleName().equals(crd.getSpec().getNames().getKind()))
            .findFirst()
            .orElseThrow();
    CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
    JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
    root.setDescription(kind.getAnnotation(JsonClassDescription.class).value());
    root.getProperties().get("spec").setDescription("What is wanted.");
    root.getProperties().get("status").setDescription("What came of it. Written by Weft.");
    root.setRequired(List.of("spec"));
    Map<String, JSONSchemaProps> status = root.getProperties().get("status").getProperties();
    status.replace("conditions", conditions(status.get("conditions").getDescription()));
    // each part of a status has one writer, who replaces or drops it as a whole
    status.values().stream()
        .filter(each -> each.getProperties() != null && !each.getProperties().isEmpty())
        .forEach(each -> each.setXKubernetesMapType("atomic"));
    root.getProperties().get("spec").getProperties().computeIfPresent("template", this::opaque);
    SchemaBounds.bound(root);
    version.getAdditionalPrinterColumns().sort(Comparator.comparingInt(c -> declared(kind, c)));
    return crd;
  }

  private static int declared(Class<?> kind, CustomResourceColumnDefinition column) {
    return Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
        .map(AdditionalPrinterColumn::name)
        .toList()
        .indexOf(column.getName());
  }

  /** The API server validates a pod template when the operator writes the Deployment. */
  private JSONSchemaProps opaque(String name, JSONSchemaProps schema) {
    return new JSONSchemaPropsBuilder()
        .withType("object")
        .withDescription(schema.getDescription())
        .withXKubernetesPreserveUnknownFields(true)
        .build();
  }

  private static JSONSchemaProps conditions(String description) {
    var item =
        new JSONSchemaPropsBuilder()
            .withType("object")
            .withRequired("lastTransitionTime", "message", "reason", "status", "type")
            .addToProperties("type", text("What the condition is about, such as Ready.", 316))
            .addToProperties("status", status())
            .addToProperties("reason", text("Why, in one word for programs.", 1024))
            .addToProperties("message", text("Why, in a sentence for people.", 32768))
            .addToProperties(
                "lastTransitionTime",
                new JSONSchemaPropsBuilder()
                    .withType("string")
                    .withFormat("date-time")
                    .withDescription("When the status last changed.")
                    .build())
            .addToProperties(
                "observedGeneration",
                new JSONSchemaPropsBuilder()
                    .withType("integer")
                    .withFormat("int64")
                    .withDescription("The metadata.generation that the condition describes.")
                    .build())
            .build();
    return new JSONSchemaPropsBuilder()
        .withType("array")
        .withDescription(description)
        .withXKubernetesListType("map")
        .withXKubernetesListMapKeys("type")
        .withNewItems()
        .withSchema(item)
        .endItems()
        .build();
  }

  private static JSONSchemaProps status() {
    return new JSONSchemaPropsBuilder()
        .withType("string")
        .withDescription("True, False or Unknown.")
        .withEnum(new TextNode("True"), new TextNode("False"), new TextNode("Unknown"))
        .build();
  }

  private static JSONSchemaProps text(String description, long maxLength) {
    return new JSONSchemaPropsBuilder()
        .withType("string")
        .withMaxLength(maxLength)
        .withDescription(description)
        .build();
  }
}
