package dev.weft.api.schema;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.OverlayService;
import dev.weft.api.validation.Validation;
import dev.weft.api.validation.Violation;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares the validation in Java and the schema's CEL rules with the files of {@code
 * golden/<kind>}:
 *
 * <ul>
 *   <li>{@code valid-*.yaml}: valid objects;
 *   <li>{@code invalid-*.yaml}: invalid objects, with exactly the problems in their comments:
 *       {@code # problem:} for Java and {@code # rule:} for CEL;
 *   <li>{@code change-*.yaml}: invalid changes from the first to the second document;
 *   <li>{@code harmless-*.yaml}: valid changes;
 *   <li>{@code drifted-*.yaml}: a spec that contradicts its status.
 * </ul>
 */
class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final List<Path> SAMPLES =
      List.of(Path.of("../manifests/samples"), Path.of("../examples"));
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Map<String, CelRules> RULES =
      CrdYaml.generate().values().stream()
          .map(yaml -> YAML.unmarshal(yaml, CustomResourceDefinition.class))
          .collect(toMap(crd -> crd.getSpec().getNames().getKind(), CelRules::new));

  static Stream<Path> files() throws IOException {
    try (var files = Files.walk(GOLDEN)) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void problemsAreThoseInTheFilesComments(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> documents = documents(text);
    String name = file.getFileName().toString();
    List<Violation> problems =
        switch (name.substring(0, name.indexOf('-'))) {
          case "valid", "invalid" -> validate(only(documents));
          case "harmless", "change" ->
              Validation.change(network(documents.getFirst()), network(documents.getLast()));
          case "drifted" -> Validation.drifted(network(only(documents)));
          default -> throw new AssertionError("no test reads this file: " + file);
        };
    assertThat(problems)
        .extracting(Violation::toString)
        .containsExactlyElementsOf(comments(text, "# problem: "));
    assertThat(problems.isEmpty()).isEqualTo(name.matches("(valid|harmless)-.*"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void brokenRulesAreThoseInTheFilesComments(Path file) throws IOException {
    String text = Files.readString(file);
    List<String> documents = documents(text);
    String before = documents.size() == 2 ? documents.getFirst() : null;
    assertThat(broken(documents.getLast(), before))
        .containsExactlyElementsOf(comments(text, "# rule: "));
  }

  static Stream<Path> samples() throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path folder : SAMPLES) {
      try (var files = Files.walk(folder)) {
        files.filter(file -> file.toString().endsWith(".yaml")).forEach(found::add);
      }
    }
    return found.stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void samplesAndExamplesAreValid(Path file) throws IOException {
    for (String document : documents(Files.readString(file))) {
      if (document.contains("apiVersion: weft.dev/")) {
        assertThat(validate(document)).as(file.toString()).isEmpty();
        assertThat(broken(document, null)).as(file.toString()).isEmpty();
      }
    }
  }

  private static List<Violation> validate(String document) {
    return switch (kind(document)) {
      case "ContainerNetwork" -> Validation.of(network(document));
      case "Mesh" -> Validation.of(YAML.unmarshal(document, Mesh.class));
      case "OverlayService" -> Validation.of(YAML.unmarshal(document, OverlayService.class));
      case "HostNetwork" -> Validation.of(YAML.unmarshal(document, HostNetwork.class));
      default -> throw new AssertionError("no validation for " + kind(document));
    };
  }

  private static List<String> broken(String document, @Nullable String before) {
    return RULES.get(kind(document)).broken(map(document), before == null ? null : map(before));
  }

  private static ContainerNetwork network(String document) {
    return YAML.unmarshal(document, ContainerNetwork.class);
  }

  private static String kind(String document) {
    return map(document).get("kind").toString();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(String document) {
    return YAML.unmarshal(document, Map.class);
  }

  private static String only(List<String> documents) {
    assertThat(documents).hasSize(1);
    return documents.getFirst();
  }

  private static List<String> documents(String text) {
    return Stream.of(text.split("(?m)^---\n")).filter(part -> part.contains("kind:")).toList();
  }

  private static List<String> comments(String text, String start) {
    List<String> found = new ArrayList<>();
    text.lines()
        .filter(line -> line.startsWith(start))
        .forEach(line -> found.add(line.substring(start.length())));
    return found;
  }
}
