package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reference/status.md lists every reason with its condition, meaning and remedy. */
class StatusPageTest {
  private static final Path PAGE = Path.of("../docs/reference/status.md");
  private static final Pattern WORD = Pattern.compile("[A-Z][A-Za-z]+");
  private static final Set<String> TYPES =
      Set.of(
          Conditions.READY,
          Conditions.RECONCILING,
          Conditions.STALLED,
          Conditions.DEGRADED,
          Conditions.DRIFTED,
          Conditions.ENCRYPTED,
          Conditions.KEY_ROTATION_IN_PROGRESS,
          Conditions.ADDRESSES_EXHAUSTED);
  private static final Set<String> STATUSES =
      Set.of(Conditions.TRUE, Conditions.FALSE, Conditions.UNKNOWN);

  @Test
  void everyReasonIsOnThePageAndNoOther() throws IOException {
    Set<String> told = new TreeSet<>();
    conditions().forEach(row -> told.addAll(words(row.get(2))));
    events().forEach(row -> told.addAll(words(row.get(2))));
    told.removeAll(TYPES);
    told.removeAll(STATUSES);

    Set<String> known =
        Arrays.stream(Reason.values())
            .map(Reason::toString)
            .collect(Collectors.toCollection(TreeSet::new));
    known.removeAll(TYPES);
    assertThat(told).isEqualTo(known);
  }

  @Test
  void everyRowNamesConditionsAndTheirStatusesAndWhatItMeans() throws IOException {
    assertThat(conditions())
        .isNotEmpty()
        .allSatisfy(row -> {
          List<String> types = List.of(row.get(0).split(", ", -1));
          List<String> statuses = List.of(row.get(1).split(", ", -1));
          assertThat(TYPES).containsAll(types);
          assertThat(STATUSES).containsAll(statuses);
          assertThat(statuses).hasSameSizeAs(types);
          assertThat(row.get(3)).isNotBlank();
        });
  }

  @Test
  void whatWaitsForAUserReportsWhatToDo() throws IOException {
    assertThat(conditions())
        .filteredOn(row -> {
          int stalled = List.of(row.get(0).split(", ", -1)).indexOf(Conditions.STALLED);
          return stalled >= 0 && row.get(1).split(", ", -1)[stalled].equals(Conditions.TRUE);
        })
        .isNotEmpty()
        .allSatisfy(row -> assertThat(row.get(4)).isNotBlank());
  }

  private static List<List<String>> conditions() throws IOException {
    return rows().filter(row -> row.size() == 5).toList();
  }

  private static List<List<String>> events() throws IOException {
    return rows().filter(row -> row.size() == 4).toList();
  }

  /** The cells of every row of a table, without its head. */
  private static Stream<List<String>> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| condition |"))
        .filter(line -> !line.startsWith("| about |"))
        .map(line -> line.substring(1, line.length() - 1))
        .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList());
  }

  /** The words of a cell that look like reasons. */
  private static Set<String> words(String cell) {
    return WORD.matcher(cell).results().map(each -> each.group()).collect(Collectors.toSet());
  }
}
