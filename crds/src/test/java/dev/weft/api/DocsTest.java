package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links and paths in the documentation lead to existing files and headings. */
class DocsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK =
      Pattern.compile("\\]\\(([^)\\s]+)\\)|(?:src|srcset|href)=\"([^\"]+)\"");
  private static final Pattern PAGE =
      Pattern.compile("(?<![\\w./-])docs/[\\w./-]+\\.(?:md|svg)(#[\\w-]+)?");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```yaml\n(.*?)^```");
  private static final List<String> MANIFESTS = List.of("manifests", "kustomize", "examples");

  static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT)) {
      return Stream.concat(
              top, Stream.of("docs", "examples").flatMap(folder -> tree(ROOT.resolve(folder))))
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  /** Sources, scripts and manifests: whatever names a page by its path from the top. */
  static List<Path> filesThatNamePages() throws IOException {
    Stream<Path> manifests = MANIFESTS.stream().flatMap(folder -> tree(ROOT.resolve(folder)));
    Stream<Path> sources;
    try (Stream<Path> top = Files.list(ROOT)) {
      sources =
          top.map(module -> module.resolve("src")).toList().stream()
              .filter(Files::isDirectory)
              .flatMap(DocsTest::tree);
    }
    return Stream.of(pages().stream(), Stream.of(ROOT.resolve("weft")), manifests, sources)
        .flatMap(each -> each)
        .filter(file -> file.toString().matches(".*(\\.(md|java|ya?ml)|/weft|/sh/[^/]*)"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyRelativeLinkLeadsToAFileAndAHeading(Path page) throws IOException {
    String text = CODE.matcher(Files.readString(page)).replaceAll("");
    assertThat(LINK.matcher(text).results().map(DocsTest::target).filter(DocsTest::isRelative))
        .allSatisfy(link -> {
          String[] parts = link.split("#", 2);
          Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
          assertThat(file).as(link).exists();
          if (parts.length == 2) {
            assertThat(anchors(file)).as(link).contains(parts[1]);
          }
        });
  }

  @Test
  void everyPageThatIsNamedByItsPathExists() throws IOException {
    for (Path file : filesThatNamePages()) {
      for (MatchResult each : PAGE.matcher(Files.readString(file)).results().toList()) {
        String[] parts = each.group().split("#", 2);
        Path page = ROOT.resolve(parts[0]);
        if (file.endsWith("DocsTest.java")) {
          continue;
        }
        assertThat(page).as("%s names %s", file, each.group()).exists();
        if (parts.length == 2) {
          assertThat(anchors(page)).as("%s names %s", file, each.group()).contains(parts[1]);
        }
      }
    }
  }

  @Test
  void yamlInTheReadmeCanBeApplied() throws IOException {
    List<String> snippets =
        SNIPPET
            .matcher(Files.readString(ROOT.resolve("README.md")))
            .results()
            .map(each -> each.group(1))
            .toList();
    assertThat(snippets)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each).contains("apiVersion: ", "kind: ", "metadata:"));
  }

  private static String target(MatchResult link) {
    return link.group(1) != null ? link.group(1) : link.group(2);
  }

  private static boolean isRelative(String link) {
    return !link.matches("[a-z]+:.*");
  }

  /** The anchors that GitHub derives from headings. */
  private static Set<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static Stream<Path> tree(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
