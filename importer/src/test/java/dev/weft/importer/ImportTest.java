package dev.weft.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
  @Test
  void aKeyThatNobodyKnowsIsTold() {
    Fields fields = Fields.of(Map.of("known", "a", "novel", Map.of("deep", 7)));
    assertThat(fields.text("known")).contains("a");

    assertThat(fields.left()).containsExactly("novel: {deep=7} has no equivalent");
  }

  @Test
  void aKeyInsideAnObjectIsToldByItsPath() {
    Fields fields = Fields.of(Map.of("list", List.of(Map.of("name", "a", "novel", true))));
    fields.objects("list").forEach(each -> each.text("name"));

    assertThat(fields.left()).containsExactly("list[0].novel: true has no equivalent");
  }

  @Test
  void whatAnEngineWritesForNothingIsNotTold() {
    assertThat(Fields.of(Map.of("a", false, "b", 0, "c", "", "d", Map.of("e", List.of()))).left())
        .isEmpty();
  }

  @Test
  void aValueOfAnotherFormThanExpectedIsTold() {
    Fields fields = Fields.of(Map.of("count", "many", "name", List.of("a")));
    assertThat(fields.number("count")).isEmpty();
    assertThat(fields.text("name")).isEmpty();

    assertThat(fields.left()).hasSize(2);
  }

  @Test
  void portsAndSwitchesAreTextsAsComposeHasThem() {
    assertThat(ComposeYaml.read("{a: 22:22, b: on, c: true, d: 017, e: 2026-01-01}"))
        .isEqualTo(Map.of("a", "22:22", "b", "on", "c", true, "d", 15, "e", "2026-01-01"));
  }

  @Test
  void anchorsAndMergeKeysAreFollowed() {
    assertThat(ComposeYaml.read("{x: &x {image: a, user: b}, y: {<<: *x, image: c}}"))
        .isEqualTo(
            Map.of("x", Map.of("image", "a", "user", "b"), "y", Map.of("user", "b", "image", "c")));
  }

  @Test
  void aFileThatIsNoYamlIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> ComposeYaml.read("a: [\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> ComposeYaml.read("a: 1\na: 2\n")).hasMessageContaining("duplicate");
  }

  @Test
  void anAliasBombIsRefused() {
    StringBuilder bomb = new StringBuilder("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (char each = 'b'; each < 'k'; each++) {
      bomb.append(
          "%c: &%c [%s]\n".formatted(each, each, ("*" + (char) (each - 1) + ",").repeat(9)));
    }

    assertThatThrownBy(() -> ComposeYaml.read(bomb.toString()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aCommandIsSplitAsAShellDoes() {
    assertThat(Words.of("nginx -g 'daemon off;' \"a b\"\\ c ''"))
        .containsExactly("nginx", "-g", "daemon off;", "a b c", "");
  }

  @Test
  void theCommandReadsAFileAndRefusesWhatIsNone(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("compose.yaml");
    Files.writeString(file, "services: {web: {image: nginx}}\n");

    assertThat(ImportMain.execute("--compose", file.toString())).isZero();
    Files.writeString(file, "{");
    assertThat(ImportMain.execute("--compose", file.toString())).isEqualTo(1);
    assertThat(ImportMain.execute("--host", "unix://" + folder.resolve("none"))).isEqualTo(1);
    assertThat(ImportMain.execute("--nonsense")).isEqualTo(64);
  }
}
