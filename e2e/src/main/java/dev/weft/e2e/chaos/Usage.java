package dev.weft.e2e.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Resource usage of the programs of a lab, at each step. */
final class Usage {
  /** Steps for a meaningful first third: by then the programs have loaded their classes. */
  private static final int ENOUGH = 30;

  /** Steps for meaningful memory figures: a heap grows for minutes until its first collection. */
  private static final int ENOUGH_FOR_MEMORY = 300;

  private final Map<String, List<Sample>> samples = new LinkedHashMap<>();

  /**
   * Resource usage of one process.
   *
   * @param memory resident bytes
   */
  record Sample(long memory, long descriptors, long threads) {}

  void add(Map<String, Long> processes) {
    processes.forEach(
        (name, pid) -> samples.computeIfAbsent(name, _ -> new ArrayList<>()).add(sample(pid)));
  }

  /**
   * Programs with more usage in the last third than in the first, by median. Empty after few steps.
   */
  List<String> grown() {
    List<String> grown = new ArrayList<>();
    samples.forEach((name, all) -> {
      if (all.size() < ENOUGH) {
        return;
      }
      Sample first = median(all.subList(0, all.size() / 3));
      Sample last = median(all.subList(all.size() - all.size() / 3, all.size()));
      boolean flat =
          (all.size() < ENOUGH_FOR_MEMORY || last.memory() <= first.memory() * 3 / 2)
              && last.descriptors() <= first.descriptors() + 15
              && last.threads() <= first.threads() + 10;
      if (!flat) {
        grown.add("%s used %s in the first third and %s in the last".formatted(name, first, last));
      }
    });
    return grown;
  }

  /** A line for each program. */
  List<String> table() {
    return samples.entrySet().stream()
        .map(each -> {
          Sample median = median(each.getValue());
          return String.format(
              Locale.ROOT,
              "%-10s %4d MB  %3d descriptors  %3d threads",
              each.getKey(),
              median.memory() >> 20,
              median.descriptors(),
              median.threads());
        })
        .toList();
  }

  private static Sample median(List<Sample> all) {
    return new Sample(
        middle(all.stream().map(Sample::memory)),
        middle(all.stream().map(Sample::descriptors)),
        middle(all.stream().map(Sample::threads)));
  }

  private static long middle(Stream<Long> values) {
    List<Long> sorted = values.sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static Sample sample(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      Map<String, Long> status = new LinkedHashMap<>();
      for (String line : Files.readAllLines(process.resolve("status"))) {
        if (line.startsWith("VmRSS:") || line.startsWith("Threads:")) {
          status.put(
              line.substring(0, line.indexOf(':')), Long.valueOf(line.replaceAll("[^0-9]", "")));
        }
      }
      return new Sample(
          status.getOrDefault("VmRSS", 0L) << 10,
          descriptors.count(),
          status.getOrDefault("Threads", 0L));
    } catch (IOException e) {
      throw new UncheckedIOException("process %d has ended".formatted(pid), e);
    }
  }
}
