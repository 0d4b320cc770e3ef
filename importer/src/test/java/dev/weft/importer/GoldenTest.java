package dev.weft.importer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.OverlayService;
import dev.weft.api.validation.Problem;
import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each folder holds what is read and what comes of it; {@code -Dweft.golden=write} writes the
 * latter.
 */
class GoldenTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  static Stream<Path> folders() throws IOException {
    return Stream.of("compose", "engine")
        .map(RESOURCES::resolve)
        .flatMap(kind -> {
          try (Stream<Path> folders = Files.list(kind)) {
            return folders.sorted().toList().stream();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("folders")
  void becomesWhatIsWrittenBesideIt(Path folder) throws IOException {
    List<Imported> imported = read(folder);
    String yaml = Imported.yaml(imported);
    Path expected = folder.resolve("out.yaml");
    if ("write".equals(System.getProperty("weft.golden"))) {
      Files.writeString(expected, yaml);
    }

    assertThat(yaml).isEqualTo(Files.readString(expected));
    for (Imported each : imported) {
      each.resource()
          .ifPresent(resource ->
              assertThat(problems(resource))
                  .as("what is wrong with %s is told", each.what())
                  .allMatch(problem -> yaml.contains("#   to be mended: " + problem)));
    }
  }

  private static List<Problem> problems(HasMetadata resource) {
    return switch (resource) {
      case ContainerNetwork network -> Validation.of(network);
      case OverlayService service -> Validation.of(service);
      default -> throw new AssertionError(resource.getKind());
    };
  }

  private static List<Imported> read(Path folder) throws IOException {
    if (folder.getParent().endsWith("compose")) {
      return Compose.read(
          ComposeYaml.read(Files.readString(folder.resolve("in.yaml"))),
          folder.getFileName().toString());
    }
    Map<?, ?> engine = new ObjectMapper().readValue(folder.resolve("in.json").toFile(), Map.class);
    List<Imported> imported = new ArrayList<>();
    Map<String, String> names = new LinkedHashMap<>();
    for (Object each : (List<?>) engine.get("networks")) {
      imported.add(EngineNetwork.read(each));
      names.put(
          String.valueOf(((Map<?, ?>) each).get("Id")),
          String.valueOf(((Map<?, ?>) each).get("Name")));
    }
    for (Object each : (List<?>) engine.get("services")) {
      imported.add(SwarmService.read(each, names));
    }
    return imported;
  }
}
