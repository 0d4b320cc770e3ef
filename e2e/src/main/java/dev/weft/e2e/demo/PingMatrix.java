package dev.weft.e2e.demo;

import dev.weft.e2e.net.Ping;
import dev.weft.testkit.control.embedded.PrinterColumns;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Pings from every station of a network to every other that it must reach.
 *
 * @param answers one for each directed pair
 */
record PingMatrix(List<Answer> answers) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /**
   * Result for one pair.
   *
   * @param roundTrip empty if no answer came
   */
  record Answer(Station from, Station to, Optional<Duration> roundTrip) {}

  /**
   * Pings all pairs.
   *
   * @param acrossNodes whether the network joins nodes; if not, only pairs on the same node are
   *     tried
   */
  static PingMatrix of(List<Station> stations, boolean acrossNodes) {
    List<Answer> answers = new ArrayList<>();
    for (Station from : stations) {
      for (Station to : stations) {
        if (!from.equals(to) && (acrossNodes || from.node().equals(to.node()))) {
          answers.add(new Answer(from, to, Ping.once(from.sandbox(), to.address(), PATIENCE)));
        }
      }
    }
    return new PingMatrix(List.copyOf(answers));
  }

  /** Whether there is a pair, and every ping was answered. */
  boolean isComplete() {
    return !answers.isEmpty() && answers.stream().allMatch(each -> each.roundTrip().isPresent());
  }

  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    for (Answer answer : answers) {
      rows.add(
          List.of(
              answer.from().pod() + " on " + answer.from().node(),
              "→ " + answer.to().pod() + " on " + answer.to().node(),
              answer.to().address().getHostAddress(),
              answer.roundTrip().map(PingMatrix::milliseconds).orElse("NO ANSWER")));
    }
    return PrinterColumns.align(rows);
  }

  /** Whether an address does not answer, as required between networks. */
  static boolean isSilent(Station from, InetAddress target) {
    return Ping.once(from.sandbox(), target, Duration.ofMillis(500)).isEmpty();
  }

  private static String milliseconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2f ms", duration.toNanos() / 1e6);
  }
}
