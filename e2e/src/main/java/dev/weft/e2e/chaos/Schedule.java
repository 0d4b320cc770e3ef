package dev.weft.e2e.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** An endless sequence of steps, determined by the seed alone. */
final class Schedule {
  /** The node where every bridge network has pods. */
  static final String BUSY_NODE = "weft-1";

  private static final List<String> NODES = List.of("weft-1", "weft-2", "weft-3");
  private static final List<String> NETWORKS = List.of("blue", "web", "blue, lan", "db, blue");

  private final SplittableRandom random;
  private int steps;

  Schedule(long seed) {
    this.random = new SplittableRandom(seed);
  }

  Step next() {
    steps++;
    List<ChaosFault> faults = new ArrayList<>();
    int number = random.nextInt(4) == 0 ? 2 : 1;
    while (faults.size() < number) {
      faults.add(fault());
    }
    return new Step(steps, faults, guests());
  }

  private ChaosFault fault() {
    int chance = random.nextInt(100);
    if (chance < 55) {
      return drift(Drift.ALL.get(random.nextInt(Drift.ALL.size())));
    }
    String node = node();
    if (chance < 73) {
      return new ChaosFault.AgentKilled(node);
    }
    if (chance < 80) {
      return new ChaosFault.OperatorKilled();
    }
    Duration time = Duration.ofMillis(random.nextInt(500, 6000));
    return chance < 92
        ? new ChaosFault.ApiLost(node, time)
        : new ChaosFault.Partitioned(node, time);
  }

  private ChaosFault drift(Drift drift) {
    return switch (drift.place()) {
      case NODE -> new ChaosFault.Drifted(BUSY_NODE, "", drift);
      case SANDBOX ->
          new ChaosFault.Drifted(BUSY_NODE, random.nextBoolean() ? "web-1" : "web-2", drift);
    };
  }

  private List<Step.Guest> guests() {
    List<Step.Guest> guests = new ArrayList<>();
    int number = random.nextInt(3) == 0 ? random.nextInt(1, 4) : 0;
    for (int i = 1; i <= number; i++) {
      String networks = NETWORKS.get(random.nextInt(NETWORKS.size()));
      guests.add(new Step.Guest("guest-%d-%d".formatted(steps, i), node(), networks));
    }
    return guests;
  }

  private String node() {
    return NODES.get(random.nextInt(NODES.size()));
  }
}
