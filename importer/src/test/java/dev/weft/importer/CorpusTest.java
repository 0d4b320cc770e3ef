package dev.weft.importer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Each folder holds a project and its expected output; {@code -Dweft.golden=write} rewrites the
 * output.
 */
class CorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/corpus");

  static List<Path> folders() throws IOException {
    try (Stream<Path> folders = Files.list(CORPUS)) {
      return folders.sorted().toList();
    }
  }

  @Test
  void holdsAtLeastSixtyProjects() throws IOException {
    assertThat(folders()).hasSizeGreaterThanOrEqualTo(60);
  }

  @ParameterizedTest
  @MethodSource("folders")
  void becomesWhatIsWrittenBesideIt(Path folder) throws IOException {
    Import imported = Import.run("--compose", folder.resolve("compose.yaml").toString());
    imported.requireGolden(folder.resolve("expected.yaml"));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void noTwoResourcesShareAKindAndName(Path folder) {
    Import imported = Import.run("--compose", folder.resolve("compose.yaml").toString());
    Set<String> names = new HashSet<>();

    for (Object each :
        new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(imported.yaml())) {
      JsonNode json = new ObjectMapper().valueToTree(each);
      if (json.has("kind")) {
        String name =
            json.path("kind").asText() + "/" + json.path("metadata").path("name").asText();
        assertThat(names.add(name)).as(name).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyTextOfItIsSomewhereInTheOutcome(Path folder) throws IOException {
    Path file = folder.resolve("compose.yaml");
    Import imported = Import.run("--compose", file.toString());
    String outcome = Leaves.bare(imported.yaml() + imported.table());

    for (Value each : YamlReader.read(file.toString(), Files.readAllBytes(file))) {
      Leaves.of(each)
          .filter(leaf -> leaf.text().length() > 3 && leaf.text().indexOf('$') < 0)
          .forEach(leaf -> assertThat(Leaves.isAccounted(leaf, outcome)).as("%s", leaf).isTrue());
    }
  }
}
