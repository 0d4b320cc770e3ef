package dev.weft.importer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.importer.yaml.JsonText;
import dev.weft.importer.yaml.SourcePosition;
import dev.weft.importer.yaml.Value;
import dev.weft.importer.yaml.Value.Mapping;
import dev.weft.importer.yaml.Value.Scalar;
import dev.weft.importer.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each folder holds objects of a cluster and what comes of them; {@code -Dweft.golden=write} writes
 * the latter.
 */
class MultusTest {
  private static final Path CORPUS = Path.of("src/test/resources/multus");

  @TempDir private Path folder;

  static List<Path> folders() throws IOException {
    try (Stream<Path> folders = Files.list(CORPUS)) {
      return folders.sorted().toList();
    }
  }

  private static Import imported(Path file) {
    return Import.from("multus", "--file", file.toString());
  }

  @ParameterizedTest
  @MethodSource("folders")
  void becomesWhatIsWrittenBesideIt(Path folder) throws IOException {
    Import imported = imported(folder.resolve("in.yaml"));
    imported.requireGolden(folder.resolve("out.yaml"));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyTextOfADefinitionIsSomewhereInTheOutcome(Path folder) throws IOException {
    Path file = folder.resolve("in.yaml");
    Import imported = imported(file);
    String outcome = Leaves.bare(imported.yaml() + imported.table());

    for (Value each : YamlReader.read(file.toString(), Files.readAllBytes(file))) {
      leaves(each)
          .filter(leaf -> leaf.text().length() > 2)
          .forEach(leaf -> assertThat(Leaves.isAccounted(leaf, outcome)).as("%s", leaf).isTrue());
    }
  }

  private static Stream<Scalar> leaves(Value object) {
    if (!(object instanceof Mapping map)
        || !map.entries().get("kind").toString().equals("NetworkAttachmentDefinition")
        || !(map.entries().get("spec") instanceof Mapping spec)) {
      return Stream.of();
    }
    try {
      return Leaves.of(
          JsonText.read(
              new SourcePosition("config", 0, 0), spec.entries().get("config").toString()));
    } catch (IllegalArgumentException e) {
      return Stream.of();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "kind: Pod", "- a", "text"})
  void filesWithoutADefinitionAreRefused(String text) throws IOException {
    Import imported = imported(Files.writeString(folder.resolve("in.yaml"), text));

    assertThat(imported.status()).isEqualTo(1);
    assertThat(imported.yaml()).isEmpty();
    assertThat(imported.table()).contains("in.yaml");
  }

  @Test
  void moreAddressesThanCanBeReservedAreExcludedInRanges() throws IOException {
    String allocations =
        IntStream.range(0, 600)
            .map(i -> i * 3 + 10)
            .mapToObj("\"%d\": {podref: a/b}"::formatted)
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    Import imported =
        imported(
            Files.writeString(
                folder.resolve("in.yaml"),
                """
                kind: NetworkAttachmentDefinition
                metadata: {name: big}
                spec:
                  config: '{"type": "macvlan", "master": "eth1", "ipam":
                    {"type": "whereabouts", "range": "10.0.0.0/16"}}'
                ---
                kind: IPPool
                spec: {range: 10.0.0.0/16, allocations: {%s}}
                """
                    .formatted(allocations)));

    assertThat(imported.status()).isZero();
    assertThat(imported.yaml()).contains("excluded:", "10.0.0.10").doesNotContain("reserved:");
    assertThat(imported.yaml().lines().filter(each -> each.matches("    - \"10\\.0\\..*")))
        .hasSizeBetween(1, 64);
  }

  /** Pieces of configurations that fit together or do not. */
  private static final List<String> KEYS =
      List.of(
          "'master': 'W'",
          "'mode': 'W'",
          "'mtu': N",
          "'vlanId': N",
          "'bridge': 'W'",
          "'isGateway': 'W'",
          "'capabilities': {'W': true}",
          "'novelty': {'deep': ['W', N]}",
          "'ipam': {'type': 'W', 'range': 'W'}",
          "'ipam': {'type': 'whereabouts', 'range': '10.0.0.0/24', 'exclude': ['W'], 'x': 'W'}",
          "'ipam': {'type': 'host-local', 'ranges': [[{'subnet': 'W', 'gateway': 'W'}]]}",
          "'ipam': {'type': 'host-local', 'subnet': '10.0.0.0/24', 'gateway': 'W', 'rangeEnd':"
              + " 'W'}",
          "'ipam': {'type': 'static', 'addresses': [{'address': 'W'}], 'routes': [{'dst': 'W'}]}",
          "'ipam': {'type': 'static', 'dns': {'nameservers': ['W']}, 'routes': ['W']}",
          "'dns': {'search': ['W']}",
          "'runtimeConfig': {'mac': 'W'}");

  @Property(tries = 500)
  void nothingIsLostInSilence(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<String> words = new ArrayList<>();
    List<String> types =
        List.of("bridge", "macvlan", "vlan", "ipvlan", "host-device", "W", "tuning");
    StringBuilder plugins = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      plugins.append("{'type': '").append(types.get(random.nextInt(types.size()))).append('\'');
      List<String> used = new ArrayList<>();
      for (int j = random.nextInt(6); j >= 0; j--) {
        String each = KEYS.get(random.nextInt(KEYS.size()));
        if (!used.contains(each.substring(0, each.indexOf(':')))) {
          used.add(each.substring(0, each.indexOf(':')));
          plugins.append(", ").append(each);
        }
      }
      plugins.append(i == 0 ? "}" : "}, ");
    }
    String json = "{'own': 'W', 'plugins': [%s]}".formatted(plugins).replace('\'', '"');
    StringBuilder filled = new StringBuilder();
    for (int i = 0; i < json.length(); i++) {
      boolean word = json.startsWith("\"W\"", i);
      boolean number = json.charAt(i) == 'N';
      if (word || number) {
        String made =
            number
                ? String.valueOf(100_000 + random.nextInt(900_000))
                : "w" + Integer.toString(random.nextInt(1_000_000), 36) + "z";
        words.add(made);
        filled.append(word ? '"' + made + '"' : made);
        i += word ? 2 : 0;
      } else {
        filled.append(json.charAt(i));
      }
    }
    Path scratch = Files.createTempDirectory("weft-multus");
    try {
      Path file =
          Files.writeString(
              scratch.resolve("in.yaml"),
              "kind: NetworkAttachmentDefinition\nmetadata: {name: n}\nspec:\n  config: '%s'\n"
                  .formatted(filled));
      Import imported = imported(file);
      assertThat(imported.status()).as(imported.table()).isIn(0, 2);
      String outcome = imported.yaml() + imported.table();
      assertThat(words).as(filled.toString()).allMatch(outcome::contains);
    } finally {
      Files.deleteIfExists(scratch.resolve("in.yaml"));
      Files.deleteIfExists(scratch);
    }
  }
}
