package dev.weft.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Compares the rate of forwarding entries from Java with that of a C program and that of {@code
 * bridge -batch}, in one run. Ends with status 1 if Java is too slow. Needs root, gcc and iproute2.
 */
public final class Bench {
  private static final double LEAST_OF_C = 0.7;
  private static final double LEAST_OF_BRIDGE = 4;

  private Bench() {}

  /**
   * @param arguments the C source; by default {@code e2e/src/main/c/fdb.c}
   */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, RunnerException {
    Path source = Path.of(arguments.length > 0 ? arguments[0] : "e2e/src/main/c/fdb.c");
    Path program = Files.createTempFile("weft-fdb", "");
    try {
      compile(source, program);
      Collection<RunResult> results =
          new Runner(
                  new OptionsBuilder()
                      .include(FdbBenchmark.class.getName())
                      .shouldFailOnError(true)
                      .jvmArgsPrepend("-Dfdb.c=" + program)
                      .build())
              .run();
      System.exit(report(results) ? 0 : 1);
    } finally {
      Files.deleteIfExists(program);
    }
  }

  private static void compile(Path source, Path program) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("gcc", "-O2", "-o", program.toString(), source.toString())
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException("gcc could not compile " + source);
    }
  }

  private static boolean report(Collection<RunResult> results) {
    Map<String, Double> rates =
        results.stream()
            .collect(
                Collectors.toMap(
                    result -> result.getPrimaryResult().getLabel(), Bench::entriesPerSecond));
    double java = rates.getOrDefault("java", Double.NaN);
    double c = rates.getOrDefault("c", Double.NaN);
    double bridge = rates.getOrDefault("bridgeBatch", Double.NaN);
    boolean holds = java >= LEAST_OF_C * c && java >= LEAST_OF_BRIDGE * bridge;
    System.out.printf("%nforwarding entries a second, %,d at a time%n", FdbBed.ENTRIES);
    System.out.printf("  C              %,10.0f%n", c);
    System.out.printf("  Java           %,10.0f%n", java);
    System.out.printf("  bridge -batch  %,10.0f%n", bridge);
    System.out.printf("Java / C               %.2f (at least %.1f)%n", java / c, LEAST_OF_C);
    System.out.printf(
        "Java / bridge -batch   %.1f (at least %.0f)%n", java / bridge, LEAST_OF_BRIDGE);
    System.out.println(holds ? "holds" : "does not hold");
    return holds;
  }

  /** By the median: what else the machine does slows single iterations down by far. */
  private static double entriesPerSecond(RunResult result) {
    return FdbBed.ENTRIES / (result.getPrimaryResult().getStatistics().getPercentile(50) / 1000);
  }
}
