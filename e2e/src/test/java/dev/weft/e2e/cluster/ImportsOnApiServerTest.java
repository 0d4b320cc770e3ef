package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.weft.e2e.lab.Lab;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real API server tries every document that the import writes for the corpus. */
@Tag("api-server")
@ExtendWith(InLab.class)
class ImportsOnApiServerTest {
  private static final Path CORPUS = Path.of("../importer/src/test/resources/corpus");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final Lab lab;

  ImportsOnApiServerTest(Lab lab) {
    assumeTrue(lab.controlPlane().isReal(), "the embedded API server knows no schema");
    this.lab = lab;
  }

  @Test
  void takesEveryDocumentOfTheCorpusWhole() throws IOException {
    List<Path> projects;
    try (Stream<Path> folders = Files.list(CORPUS)) {
      projects = folders.sorted().toList();
    }
    int tried = 0;
    for (Path each : projects) {
      Path file = each.resolve("expected.yaml");
      try (MappingIterator<JsonNode> documents =
          YAML.readerFor(JsonNode.class).readValues(file.toFile())) {
        while (documents.hasNext()) {
          JsonNode document = documents.next();
          if (document != null && document.has("kind")) {
            takes(file, document);
            tried++;
          }
        }
      }
    }

    assertThat(tried).isGreaterThan(projects.size());
  }

  private void takes(Path file, JsonNode document) {
    String what =
        "%s %s of %s"
            .formatted(
                document.path("kind").asText(),
                document.path("metadata").path("name").asText(),
                file);
    assertThatCode(() -> {
          JsonNode taken = tryOut(document);
          if (document.path("apiVersion").asText().startsWith("weft.dev/")) {
            assertThat(taken.path("spec")).as(what).isEqualTo(document.path("spec"));
          }
        })
        .as(what)
        .doesNotThrowAnyException();
  }

  /** What the server would store. */
  private JsonNode tryOut(JsonNode object) {
    KubernetesSerialization serialization = lab.client().getKubernetesSerialization();
    GenericKubernetesResource resource =
        serialization.convertValue(object, GenericKubernetesResource.class);
    return serialization.convertValue(
        lab.client()
            .resource(resource)
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("trial")
                    .withForce(true)
                    .withDryRun(List.of("All"))
                    .build()),
        JsonNode.class);
  }
}
