package dev.weft.e2e.hostile;

import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The share of one core that each agent uses from a point in time on.
 *
 * @param began {@link System#nanoTime}
 * @param spent processor time of each agent at that time, by node
 */
record ProcessorTime(Lab lab, long began, Map<String, Duration> spent) {
  /** Maximum share of an agent for each attacking pod. */
  static final double BOUND = 0.05;

  private static final Duration QUIET = Duration.ofMillis(300);

  /** Starts once the agents are idle. */
  static ProcessorTime settled(Lab lab) {
    ProcessorTime[] last = {now(lab)};
    await("agents at rest")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(QUIET)
        .until(() -> {
          boolean quiet = last[0].above(BOUND).isEmpty();
          last[0] = now(lab);
          return quiet;
        });
    return last[0];
  }

  static ProcessorTime now(Lab lab) {
    return new ProcessorTime(
        lab,
        System.nanoTime(),
        lab.nodes().stream().collect(Collectors.toMap(LabNode::name, ProcessorTime::of)));
  }

  private static Duration of(LabNode node) {
    return ProcessHandle.of(node.agent().pid())
        .flatMap(each -> each.info().totalCpuDuration())
        .orElseThrow();
  }

  /** The agents whose share since then exceeds {@code bound}, with the share. */
  List<String> above(double bound) {
    double elapsed = System.nanoTime() - began;
    return lab.nodes().stream()
        .filter(node -> share(node, elapsed) > bound)
        .map(node ->
            "the agent of %s takes %.1f %% of a core over %.1f s"
                .formatted(node.name(), 100 * share(node, elapsed), elapsed / 1e9))
        .toList();
  }

  private double share(LabNode node, double elapsed) {
    return of(node).minus(spent.getOrDefault(node.name(), Duration.ZERO)).toNanos() / elapsed;
  }

  /** Processor time of the agents over several periods. */
  static final class Total {
    private final Map<String, Duration> taken = new TreeMap<>();
    private Duration elapsed = Duration.ZERO;

    /**
     * Adds the processor time used since then.
     *
     * @param pods number of simultaneous attackers; the bound applies to each
     */
    void add(ProcessorTime since, int pods) {
      elapsed = elapsed.plus(Duration.ofNanos(System.nanoTime() - since.began).multipliedBy(pods));
      for (LabNode node : since.lab.nodes()) {
        Duration spent = of(node).minus(since.spent.getOrDefault(node.name(), Duration.ZERO));
        taken.merge(node.name(), spent, Duration::plus);
      }
    }

    Duration elapsed() {
      return elapsed;
    }

    /** The agents whose share exceeds {@code bound}. */
    List<String> above(double bound) {
      return taken.entrySet().stream()
          .filter(each -> each.getValue().toNanos() > bound * elapsed.toNanos())
          .map(each ->
              "the agent of %s took %s of %s".formatted(each.getKey(), each.getValue(), elapsed))
          .toList();
    }

    void print() {
      System.out.printf(
          "hostile: in %s of attacks, counted for each pod, the agents took %s%n", elapsed, taken);
    }
  }
}
