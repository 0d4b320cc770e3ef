package dev.weft.api.schema;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionNames;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The API reference in Markdown, from the schemas that are generated from the types. */
final class ApiPage {
  private static final String HEAD =
      """
      # API reference

      <!-- Generated from the Java types by: ./weft manifests -->

      Group `weft.dev`, version `v1alpha1`. `kubectl explain KIND.spec` shows the same. No field has a default in the schema: an absent field stays absent, and
      the value in effect is in `status`. Fields marked **required** must be set. What conditions mean: [status.md](status.md). What may change between
      versions: [compatibility.md](compatibility.md).
      """;

  private final StringBuilder page = new StringBuilder(HEAD);

  private ApiPage() {}

  /** The whole page. */
  static String generate() {
    var serialization = new KubernetesSerialization();
    Map<String, CustomResourceDefinition> definitions = new TreeMap<>();
    CrdYaml.generate()
        .values()
        .forEach(yaml -> {
          var crd = serialization.unmarshal(yaml, CustomResourceDefinition.class);
          definitions.put(crd.getSpec().getNames().getKind(), crd);
        });
    ApiPage page = new ApiPage();
    CrdYaml.KINDS.forEach(kind -> page.kind(definitions.get(kind.getSimpleName())));
    return page.page.toString();
  }

  private void kind(CustomResourceDefinition crd) {
    CustomResourceDefinitionNames names = crd.getSpec().getNames();
    JSONSchemaProps root = crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
    page.append("\n## %s\n\n%s\n".formatted(names.getKind(), root.getDescription()));
    page.append(
        "Scope: %s. `kubectl get %s`, short `%s`.\n"
            .formatted(
                crd.getSpec().getScope(), names.getPlural(), names.getShortNames().getFirst()));
    for (String part : List.of("spec", "status")) {
      JSONSchemaProps schema = root.getProperties().get(part);
      page.append("\n### %s.%s\n\n".formatted(names.getKind(), part));
      page.append("| field | type | description |\n|---|---|---|\n");
      fields("", schema);
    }
    List<String> rules = new ArrayList<>();
    rules(root, rules);
    if (!rules.isEmpty()) {
      page.append("\nRules, with the message of each:\n\n");
      rules.forEach(rule -> page.append("- ").append(cell(rule)).append('\n'));
    }
  }

  private void fields(String path, JSONSchemaProps schema) {
    if (schema.getProperties() == null) {
      return;
    }
    List<String> required = schema.getRequired() == null ? List.of() : schema.getRequired();
    new TreeMap<>(schema.getProperties())
        .forEach((name, field) -> {
          String whole = path.isEmpty() ? name : path + "." + name;
          JSONSchemaProps item = field.getItems() == null ? field : field.getItems().getSchema();
          boolean list = field.getItems() != null;
          page.append(
              "| `%s` | %s | %s%s |\n"
                  .formatted(
                      list ? whole + "[]" : whole,
                      type(field, item, list),
                      required.contains(name) ? "**required** " : "",
                      cell(field.getDescription())));
          fields(list ? whole + "[]" : whole, item);
        });
  }

  private static String type(JSONSchemaProps field, JSONSchemaProps item, boolean list) {
    List<String> parts = new ArrayList<>();
    if (item.getEnum() != null && !item.getEnum().isEmpty()) {
      parts.add(
          item.getEnum().stream()
              .map(each -> "`" + each.asText() + "`")
              .collect(Collectors.joining(", ")));
    } else if (item.getAdditionalProperties() != null) {
      parts.add("map of %s".formatted(item.getAdditionalProperties().getSchema().getType()));
    } else {
      parts.add(
          Boolean.TRUE.equals(item.getXKubernetesIntOrString())
              ? "integer or string"
              : item.getType());
    }
    range(item.getMinimum(), item.getMaximum(), "").ifPresent(parts::add);
    range(item.getMinLength(), item.getMaxLength(), " characters").ifPresent(parts::add);
    if (list) {
      range(field.getMinItems(), field.getMaxItems(), " entries").ifPresent(parts::add);
    }
    return String.join("; ", parts);
  }

  private static java.util.Optional<String> range(Number least, Number most, String unit) {
    if (least == null && most == null) {
      return java.util.Optional.empty();
    }
    String text =
        least == null
            ? "at most " + plain(most)
            : most == null ? "at least " + plain(least) : plain(least) + " to " + plain(most);
    return java.util.Optional.of(text + unit);
  }

  private static String plain(Number number) {
    return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
  }

  private static void rules(JSONSchemaProps schema, List<String> found) {
    if (schema.getXKubernetesValidations() != null) {
      schema.getXKubernetesValidations().stream()
          .map(ValidationRule::getMessage)
          .filter(message -> message != null && !found.contains(message))
          .forEach(found::add);
    }
    if (schema.getProperties() != null) {
      new TreeMap<>(schema.getProperties()).values().forEach(each -> rules(each, found));
    }
    if (schema.getItems() != null) {
      rules(schema.getItems().getSchema(), found);
    }
  }

  private static String cell(String text) {
    return text == null ? "" : text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ");
  }
}
