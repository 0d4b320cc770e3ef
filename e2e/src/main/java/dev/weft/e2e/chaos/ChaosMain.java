package dev.weft.e2e.chaos;

import dev.weft.e2e.lab.Lab;
import dev.weft.testkit.control.LogEnd;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code ./weft chaos}. */
@Command(
    name = "weft chaos",
    description = {
      "Three nodes on this machine suffer faults at random: changes by other programs, kills,",
      "outages and partitions. After each step everything must be as on a freshly built lab, and",
      "traffic that no fault touched must lose nothing."
    },
    mixinStandardHelpOptions = true)
public final class ChaosMain implements Callable<Integer> {
  private static final int LOG_LINES = 40;

  @Option(names = "--minutes", description = "How long. Default: ${DEFAULT-VALUE}.")
  double minutes = 2;

  @Option(names = "--seed", description = "The seed of an earlier run. Default: a new one.")
  long seed = ThreadLocalRandom.current().nextLong(1_000_000);

  @Option(names = "--steps", description = "Maximum number of steps. Default: as many as fit.")
  int steps = Integer.MAX_VALUE;

  @Option(names = "--manifests", description = "Their folder. Default: ${DEFAULT-VALUE}.")
  Path manifests = Path.of("manifests");

  private ChaosMain() {}

  /** Runs chaos; exit status 0 if all invariants held, 1 if not. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ChaosMain()).execute(arguments));
  }

  @Override
  public Integer call() {
    if (minutes <= 0 || steps < 1) {
      System.err.println("weft: --minutes and --steps must be above 0");
      return 2;
    }
    if (!Files.isDirectory(manifests.resolve("samples"))) {
      System.err.printf("weft: there is no folder %s/samples%n", manifests);
      return 2;
    }
    try {
      run("chaos", seed, Duration.ofMillis((long) (minutes * 60_000)), steps, manifests);
      return 0;
    } catch (ChaosFailed failed) {
      System.out.printf("weft: %s%n", failed.getMessage());
      return 1;
    }
  }

  /** Runs all steps; throws {@link ChaosFailed}, which says what failed and how to replay it. */
  static void run(String labName, long seed, Duration time, int steps, Path manifests) {
    PrintStream out = System.out;
    out.printf("seed %d%n", seed);
    int number = 0;
    try (Lab lab = Lab.create(labName)) {
      try {
        Chaos chaos = Chaos.on(lab, manifests);
        long end = System.nanoTime() + time.toNanos();
        Schedule schedule = new Schedule(seed);
        while (number < steps && System.nanoTime() < end) {
          Step step = schedule.next();
          number = step.number();
          out.printf("%4d  %s%n", number, step.text());
          Duration took = chaos.run(step);
          out.printf(Locale.ROOT, "      as before after %.1f s%n", took.toMillis() / 1000.0);
        }
        chaos.finish();
        chaos.table().forEach(out::println);
        out.printf("%d steps: all held%n", number);
      } catch (ChaosFailed | IllegalStateException e) {
        endsOfLogs(lab.directory()).forEach(out::println);
        throw e;
      }
    } catch (ChaosFailed | IllegalStateException e) {
      throw new ChaosFailed(
          "chaos failed at step %d: %s%nto replay: ./weft chaos --seed %d --steps %d --minutes 60"
              .formatted(number, e.getMessage(), seed, number),
          e);
    }
  }

  /** The last lines of a lab's logs, which are removed with it. */
  private static List<String> endsOfLogs(Path directory) {
    List<String> ends = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path log : files.filter(each -> each.toString().endsWith(".log")).sorted().toList()) {
        ends.add("== the end of " + log.getFileName());
        ends.addAll(LogEnd.of(log, LOG_LINES));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ends;
  }
}
