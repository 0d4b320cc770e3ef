package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that an import writes is taken by an API server, which knows every field of it. */
@Tag("api-server")
class ImportedDocumentsTest {
  private static final Path RESOURCES = Path.of("../importer/src/test/resources");

  private static final PatchContext DRY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("import")
          .withFieldValidation("Strict")
          .withDryRun(List.of("All"))
          .build();

  static List<Path> outcomes() throws IOException {
    try (Stream<Path> files = Files.walk(RESOURCES)) {
      return files
          .filter(each ->
              List.of("expected.yaml", "out.yaml").contains(String.valueOf(each.getFileName())))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void passesADryRun(Path outcome) throws IOException {
    assumeTrue(TestApiServer.shared().isReal(), "the embedded API server has no dry run");
    KubernetesClient client = TestApiServer.shared().client();
    try (var in = Files.newInputStream(outcome)) {
      for (HasMetadata each : client.load(in).items()) {
        HasMetadata taken = client.resource(each).patch(DRY);
        assertThat(taken.getMetadata().getName()).isEqualTo(each.getMetadata().getName());
      }
    }
  }
}
