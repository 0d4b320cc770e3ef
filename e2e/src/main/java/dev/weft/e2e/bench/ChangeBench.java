package dev.weft.e2e.bench;

import dev.weft.e2e.lab.Lab;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the cost of one change for an agent on a network of 500 and of 5,000 endpoints. A change
 * is a new or removed endpoint on another node, or a task of a service that becomes ready or not.
 * Each network has a node of its own, so each agent knows only one of them. Exits with status 1 if
 * the time or the processor time of a change grows by more than half.
 */
public final class ChangeBench {
  private static final List<Integer> SIZES = List.of(500, 5_000);
  private static final int ROUNDS = 6;
  private static final int CHANGES = 50;
  private static final double MOST = 1.5;

  private ChangeBench() {}

  /** Kind of change. */
  enum Kind {
    ENDPOINT("an endpoint on another node comes or goes"),
    TASK("a task of a service becomes ready or not");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /** Takes no arguments. */
  public static void main(String[] arguments) throws Exception {
    boolean holds = true;
    try (Lab lab = Lab.create("weft-change")) {
      List<ChangeBed> beds = ChangeBed.make(lab, SIZES);
      for (ChangeBed bed : beds) {
        System.out.printf("%,d endpoints on network %s%n", bed.size(), bed.network());
      }
      Map<Kind, List<Cost>> costs = new EnumMap<>(Kind.class);
      for (Kind kind : Kind.values()) {
        List<Cost> sums = List.of(new Cost(), new Cost());
        // the first rounds warm both agents up
        for (int round = -ROUNDS; round < ROUNDS; round++) {
          for (int i = 0; i < beds.size(); i++) {
            ChangeBed.Measured measured = beds.get(i).change(kind, CHANGES);
            if (round >= 0) {
              sums.get(i).add(measured);
            }
          }
        }
        costs.put(kind, sums);
      }
      System.out.printf(
          "%n%-44s %10s %14s %14s%n", "one change", "endpoints", "time (median)", "CPU (mean)");
      for (Kind kind : Kind.values()) {
        List<Cost> both = costs.getOrDefault(kind, List.of());
        for (int i = 0; i < SIZES.size(); i++) {
          System.out.printf(
              "%-44s %,10d %11.2f ms %11.2f ms%n",
              kind.text, SIZES.get(i), both.get(i).medianMillis(), both.get(i).cpuMillis());
        }
        double time = both.get(1).medianMillis() / both.get(0).medianMillis();
        double cpu = both.get(1).cpuMillis() / both.get(0).cpuMillis();
        holds &= time <= MOST && cpu <= MOST;
        System.out.printf("%-44s %10s %14.2f %14.2f%n", "", "ratio", time, cpu);
      }
    }
    System.out.printf("%s (at most %.1f)%n", holds ? "holds" : "does not hold", MOST);
    System.exit(holds ? 0 : 1);
  }

  /** The cost of many changes. */
  private static final class Cost {
    private final java.util.ArrayList<Long> nanos = new java.util.ArrayList<>();
    private double cpuMillis;

    void add(ChangeBed.Measured measured) {
      nanos.addAll(measured.nanos());
      cpuMillis += measured.cpuMillis();
    }

    double medianMillis() {
      return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElseThrow() / 1e6;
    }

    double cpuMillis() {
      return cpuMillis / nanos.size();
    }
  }
}
