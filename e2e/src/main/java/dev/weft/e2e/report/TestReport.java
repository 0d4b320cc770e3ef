package dev.weft.e2e.report;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.weft.e2e.report.TestCase.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Summarises the Surefire reports of a run: a table by module, and the skipped tests by reason with
 * the command or step that makes them run. It uses only the JDK, so {@code java TestReport.java}
 * works even after a failed build.
 *
 * <p>Surefire reports a test twice if this kernel skips it and the machine with ESP runs it. This
 * report counts it once, with the machine's result: a file {@value #INSIDE} beside the reports
 * names the classes that ran there.
 */
public final class TestReport {
  /** Simple names of classes, one a line. */
  private static final String INSIDE = "machine.txt";

  private static final int WIDTH = 150;

  private TestReport() {}

  /**
   * Prints the report; exit status 1 if no test ran.
   *
   * @param folders each module's {@code target/surefire-reports}
   */
  public static void main(String[] folders) {
    List<TestCase> cases = new ArrayList<>();
    Set<String> inside = new HashSet<>();
    for (String folder : folders) {
      cases.addAll(TestCase.in(Path.of(folder)));
      inside.addAll(inside(Path.of(folder)));
    }
    cases.removeIf(each -> isCountedInside(each, inside));
    Stream.concat(table(cases).stream(), skipped(cases).stream()).forEach(System.out::println);
    System.exit(cases.isEmpty() ? 1 : 0);
  }

  /** The classes that the machine with ESP ran. */
  static List<String> inside(Path folder) {
    Path file = folder.resolve(INSIDE);
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean isCountedInside(TestCase test, Set<String> inside) {
    return test.outcome() == Outcome.SKIPPED
        && inside.contains(test.type().replaceFirst("[$].*", ""));
  }

  static List<String> table(List<TestCase> cases) {
    Map<String, Map<Outcome, Long>> modules =
        cases.stream()
            .collect(
                groupingBy(
                    TestCase::module, TreeMap::new, groupingBy(TestCase::outcome, counting())));
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(line("%-16s %8s %8s %8s", "MODULE", "PASSED", "FAILED", "SKIPPED"));
    modules.forEach((module, counts) ->
        lines.add(
            line(
                "%-16s %8d %8d %8d",
                module,
                counts.getOrDefault(Outcome.PASSED, 0L),
                counts.getOrDefault(Outcome.FAILED, 0L),
                counts.getOrDefault(Outcome.SKIPPED, 0L))));
    lines.add("");
    lines.add(
        line(
            "%d passed, %d failed, %d skipped",
            count(cases, Outcome.PASSED),
            count(cases, Outcome.FAILED),
            count(cases, Outcome.SKIPPED)));
    return lines;
  }

  /** The skipped tests by what they need, the most frequent first. */
  static List<String> skipped(List<TestCase> cases) {
    Map<String, List<TestCase>> groups =
        cases.stream()
            .filter(each -> each.outcome() == Outcome.SKIPPED)
            .collect(
                groupingBy(each ->
                    Remedy.of(each.reason())
                        .map(Remedy::summary)
                        .orElse(each.reason().isEmpty() ? "no reason given" : brief(each))));
    List<String> lines = new ArrayList<>();
    if (!groups.isEmpty()) {
      lines.add("");
      lines.add(line("%7s  %s", "SKIPPED", "WHY"));
    }
    groups.entrySet().stream()
        .sorted(
            Comparator.comparingInt(
                    (Map.Entry<String, List<TestCase>> each) -> -each.getValue().size())
                .thenComparing(Map.Entry::getKey))
        .forEach(group -> describe(group.getKey(), group.getValue(), lines));
    return lines;
  }

  private static void describe(String summary, List<TestCase> group, List<String> lines) {
    lines.add(line("%7d  %s", group.size(), summary));
    Remedy.of(group.getFirst().reason())
        .ifPresent(remedy -> {
          group.stream()
              .map(TestReport::brief)
              .distinct()
              .sorted()
              .limit(4)
              .forEach(reason -> lines.add(line("%9s  %s", "", reason)));
          lines.add(line("%9s> %s", "", remedy.command()));
        });
  }

  private static String brief(TestCase skipped) {
    String first = skipped.reason().lines().findFirst().orElse("");
    return first.length() > WIDTH ? first.substring(0, WIDTH) + "…" : first;
  }

  private static long count(List<TestCase> cases, Outcome outcome) {
    return cases.stream().filter(each -> each.outcome() == outcome).count();
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
