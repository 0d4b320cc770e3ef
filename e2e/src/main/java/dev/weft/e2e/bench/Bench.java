package dev.weft.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Compares the rate of forwarding entries from Java, from a C program and from {@code bridge
 * -batch}. One run has several rounds, each with all three. Exits with status 1 if Java is too
 * slow. Needs root, gcc and iproute2.
 */
public final class Bench {
  private static final int ROUNDS = 5;
  private static final double LEAST_OF_C = 0.7;
  private static final double LEAST_OF_BRIDGE = 4;

  /**
   * Entries per second, by the fastest shot of each: other load only makes shots slower. Above all,
   * the kernel takes per-CPU memory for each entry, and after a full table was removed its
   * allocator is in one of two states. In the slow state the next table takes 50 % longer.
   */
  private record Rates(double java, double c, double bridge) {
    static Rates of(Collection<RunResult> results) {
      return new Rates(of(results, "java"), of(results, "c"), of(results, "bridgeBatch"));
    }

    private static double of(Collection<RunResult> results, String label) {
      RunResult result =
          results.stream()
              .filter(one -> one.getPrimaryResult().getLabel().equals(label))
              .findFirst()
              .orElseThrow();
      double milliseconds = result.getPrimaryResult().getStatistics().getMin();
      return FdbBed.ENTRIES / (milliseconds / 1000);
    }

    static Rates fastest(List<Rates> rounds) {
      return new Rates(
          fastest(rounds, Rates::java), fastest(rounds, Rates::c), fastest(rounds, Rates::bridge));
    }

    private static double fastest(List<Rates> rounds, ToDoubleFunction<Rates> way) {
      return rounds.stream().mapToDouble(way).max().orElseThrow();
    }

    double ofC() {
      return java / c;
    }

    double ofBridge() {
      return java / bridge;
    }
  }

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
      var rounds = new ArrayList<Rates>();
      while (rounds.size() < ROUNDS) {
        rounds.add(round(program));
      }
      System.exit(report(rounds) ? 0 : 1);
    } finally {
      Files.deleteIfExists(program);
    }
  }

  private static Rates round(Path program) throws RunnerException {
    return Rates.of(
        new Runner(
                new OptionsBuilder()
                    .include(FdbBenchmark.class.getName())
                    .shouldFailOnError(true)
                    .jvmArgsPrepend("-Dfdb.c=" + program)
                    .build())
            .run());
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

  private static boolean report(List<Rates> rounds) {
    System.out.printf("%nforwarding entries a second, %,d at a time%n", FdbBed.ENTRIES);
    System.out.println("                  C       Java  bridge -batch   Java / C   Java / bridge");
    for (int i = 0; i < rounds.size(); i++) {
      print("round " + (i + 1), rounds.get(i));
    }
    Rates fastest = Rates.fastest(rounds);
    print("fastest", fastest);
    boolean holds = fastest.ofC() >= LEAST_OF_C && fastest.ofBridge() >= LEAST_OF_BRIDGE;
    System.out.printf(
        "target by the fastest: %.1f of C, %.0f times bridge -batch: %s%n",
        LEAST_OF_C, LEAST_OF_BRIDGE, holds ? "holds" : "does not hold");
    return holds;
  }

  private static void print(String what, Rates rates) {
    System.out.printf(
        "%-7s %,11.0f %,10.0f %,14.0f %10.2f %15.1f%n",
        what, rates.c, rates.java, rates.bridge, rates.ofC(), rates.ofBridge());
  }
}
