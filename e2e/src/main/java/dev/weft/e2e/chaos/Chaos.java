package dev.weft.e2e.chaos;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.JavaProgram;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.LabPod;
import dev.weft.e2e.lab.Metrics;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.netlink.IpPrefix;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Runs steps on a lab with the sample networks. After each one it requires the same state as on a
 * freshly built lab.
 */
final class Chaos {
  static final List<String> NETWORKS = List.of("blue", "db", "lan", "web");

  private static final List<String> PODS = List.of("a", "b", "c", "web-1", "web-2", "db-1");

  /** Time limit for a return to the initial state, on a machine that also runs the faults. */
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static final String DRIFT = "weft_agent_drift_repaired_total";

  private final Lab lab;
  private final Cluster cluster;
  private final List<Pair> pairs;
  private final Usage usage = new Usage();
  private final Map<String, List<Duration>> repairs = new TreeMap<>();
  private final KernelImage fresh;

  /** Two pods that ping each other, and their nodes. */
  private record Pair(String from, String to, String network, Set<String> nodes) {}

  private Chaos(Lab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.pairs =
        List.of(
            new Pair("a", "b", "blue", Set.of("weft-1", "weft-2")),
            new Pair("b", "c", "blue", Set.of("weft-2", "weft-3")),
            new Pair("c", "a", "lan", Set.of("weft-3", "weft-1")),
            new Pair("web-1", "web-2", "web", Set.of("weft-1")));
    this.fresh = settledImage();
  }

  /** Prepares a new lab: the samples are live, and each node has objects of another program. */
  static Chaos on(Lab lab, Path manifests) {
    lab.install(manifests);
    lab.startOperator();
    for (int i = 0; i < 3; i++) {
      lab.addNode();
    }
    Cluster cluster = new Cluster(lab.client());
    for (LabNode node : lab.nodes()) {
      until("the agent of " + node.name() + " is ready", () -> cluster.isNodeReady(node.name()));
      Shell.run(node.namespaceName(), Shell.FOREIGN_OBJECTS);
    }
    lab.apply(manifests.resolve("samples"));
    NETWORKS.forEach(name -> until(name + " is Ready", () -> cluster.isReady(name)));
    PODS.forEach(pod -> until(pod + " runs", () -> cluster.isRunning(pod)));
    return new Chaos(lab);
  }

  /** Runs a step; returns the time from the end of its faults until the initial state is back. */
  Duration run(Step step) {
    Map<Pair, SteadyPing> pings = startPings(step);
    Map<String, Double> reported = drifts();
    try {
      step.faults().forEach(this::strike);
      step.guests().forEach(this::come);
      pause(step.lasts());
      step.faults().forEach(this::takeBack);
      long start = System.nanoTime();
      awaitFresh(step);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      requireReported(step, reported);
      requireNoneLost(pings);
      requireUnique();
      usage.add(lab.processIds());
      step.faults().forEach(fault -> note(fault, took));
      return took;
    } finally {
      pings.values().forEach(SteadyPing::close);
    }
  }

  /** Checks what only shows over a long run. */
  void finish() {
    List<String> grown = usage.grown();
    require(grown.isEmpty(), () -> String.join("; ", grown));
  }

  /**
   * A line for each kind of fault with its number, median and longest recovery time, and the usage.
   */
  List<String> table() {
    List<String> lines = new ArrayList<>();
    repairs.forEach((name, times) -> {
      List<Duration> sorted = times.stream().sorted().toList();
      lines.add(
          "%-45s %3d times  median %6d ms  longest %6d ms"
              .formatted(
                  name,
                  sorted.size(),
                  sorted.get(sorted.size() / 2).toMillis(),
                  sorted.getLast().toMillis()));
    });
    lines.addAll(usage.table());
    return lines;
  }

  private void strike(ChaosFault fault) {
    switch (fault) {
      case ChaosFault.Drifted(String node, String pod, Drift drift) ->
          Shell.run(namespace(node, pod), drift.command());
      case ChaosFault.AgentKilled(String node) -> lab.node(node).agent().kill();
      case ChaosFault.OperatorKilled() -> lab.operator().kill();
      case ChaosFault.ApiLost(String node, Duration _) -> lab.relay().cut(lab.node(node).address());
      case ChaosFault.Partitioned(String node, Duration _) -> link(node, "down");
    }
  }

  private void takeBack(ChaosFault fault) {
    switch (fault) {
      case ChaosFault.Drifted _ -> {}
      case ChaosFault.AgentKilled(String node) -> restart(lab.node(node).agent());
      case ChaosFault.OperatorKilled() -> restart(lab.operator());
      case ChaosFault.ApiLost(String node, Duration _) ->
          lab.relay().restore(lab.node(node).address());
      case ChaosFault.Partitioned(String node, Duration _) -> link(node, "up");
    }
  }

  /** Restarts a program, which a step may have killed twice. */
  private static void restart(JavaProgram program) {
    if (!program.isAlive()) {
      program.restart();
    }
  }

  private void link(String node, String state) {
    lab.wire().setPort(node, state.equals("up"));
  }

  private void come(Step.Guest guest) {
    Pod pod = LabPod.of(guest.name(), guest.node(), guest.networks());
    lab.client().resource(pod).create();
  }

  private void awaitFresh(Step step) {
    for (LabNode node : lab.nodes()) {
      until("the agent of " + node.name() + " is ready", () -> Metrics.isReady(node));
    }
    for (Step.Guest guest : step.guests()) {
      until(guest.name() + " runs", () -> cluster.isRunning(guest.name()));
    }
    for (Step.Guest guest : step.guests()) {
      lab.client().pods().withName(guest.name()).delete();
    }
    for (Step.Guest guest : step.guests()) {
      until(
          guest.name() + " is gone",
          () -> lab.client().pods().withName(guest.name()).get() == null);
    }
    List<String> differences = new ArrayList<>();
    until(
        () -> "all is as it was: " + String.join("\n  ", differences),
        () -> {
          differences.clear();
          differences.addAll(fresh.differences(image()));
          return differences.isEmpty();
        });
    NETWORKS.forEach(
        name -> until(name + " is Ready: " + cluster.describe(name), () -> cluster.isReady(name)));
  }

  /** The counters of a killed agent restart from zero, so they do not show its drift. */
  private void requireReported(Step step, Map<String, Double> before) {
    boolean killed = step.faults().stream().anyMatch(ChaosFault.AgentKilled.class::isInstance);
    for (ChaosFault fault : step.faults()) {
      if (!killed && fault instanceof ChaosFault.Drifted(String node, String _, Drift drift)) {
        until(
            "the agent of %s reports the drift '%s'".formatted(node, drift.name()),
            () -> drifts().getOrDefault(node, 0.0) > before.getOrDefault(node, 0.0));
      }
    }
  }

  private Map<String, Double> drifts() {
    Map<String, Double> counts = new TreeMap<>();
    for (LabNode node : lab.nodes()) {
      counts.put(
          node.name(),
          Metrics.of(node).values().entrySet().stream()
              .filter(each -> each.getKey().startsWith(DRIFT))
              .mapToDouble(Map.Entry::getValue)
              .sum());
    }
    return counts;
  }

  private Map<Pair, SteadyPing> startPings(Step step) {
    Map<Pair, SteadyPing> pings = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      if (pair.nodes().stream().noneMatch(step.interrupted()::contains)) {
        pings.put(
            pair,
            SteadyPing.start(
                lab.sandbox(pair.from()).orElseThrow(), address(pair), Duration.ofSeconds(3)));
      }
    }
    return pings;
  }

  private static void requireNoneLost(Map<Pair, SteadyPing> pings) {
    pings.forEach((pair, ping) -> {
      int lost = ping.stop();
      require(
          lost == 0,
          () ->
              "%d of %d pings from %s to %s on %s were lost, which no fault touched"
                  .formatted(lost, ping.sent(), pair.from(), pair.to(), pair.network()));
    });
  }

  private void requireUnique() {
    Set<String> seen = new HashSet<>();
    for (NetworkEndpoint endpoint :
        lab.client().resources(NetworkEndpoint.class).list().getItems()) {
      var spec = endpoint.getSpec();
      for (String value : new String[] {spec.address(), spec.mac()}) {
        require(
            value == null || seen.add(spec.network() + " " + value),
            () -> "two endpoints of network %s have %s".formatted(spec.network(), value));
      }
    }
  }

  private InetAddress address(Pair pair) {
    return cluster.endpoints(pair.network()).stream()
        .filter(each -> isOf(each, pair.to()))
        .map(each -> IpPrefix.parse(Objects.requireNonNull(each.getSpec().address())).address())
        .findFirst()
        .orElseThrow();
  }

  private static boolean isOf(NetworkEndpoint endpoint, String pod) {
    SandboxReference sandbox = endpoint.getSpec().sandbox();
    return sandbox != null && pod.equals(sandbox.pod());
  }

  /** An image that equals the previous one: no change is in progress any more. */
  private KernelImage settledImage() {
    KernelImage[] last = {image()};
    until(
        "the lab comes to rest",
        () -> {
          KernelImage now = image();
          boolean same = now.equals(last[0]);
          last[0] = now;
          return same;
        });
    return last[0];
  }

  private KernelImage image() {
    Map<String, String> namespaces = new TreeMap<>();
    lab.nodes().forEach(node -> namespaces.put(node.name(), node.namespaceName()));
    PODS.forEach(pod -> namespaces.put("pod " + pod, namespace("", pod)));
    return KernelImage.of(namespaces);
  }

  private String namespace(String node, String pod) {
    return pod.isEmpty()
        ? lab.node(node).namespaceName()
        : lab.sandboxName(lab.client().pods().withName(pod).get());
  }

  private void note(ChaosFault fault, Duration took) {
    String name =
        switch (fault) {
          case ChaosFault.Drifted drifted -> drifted.drift().name();
          case ChaosFault.AgentKilled _ -> "agent killed";
          case ChaosFault.OperatorKilled _ -> "operator killed";
          case ChaosFault.ApiLost _ -> "API server lost";
          case ChaosFault.Partitioned _ -> "LAN lost";
        };
    repairs.computeIfAbsent(name, _ -> new ArrayList<>()).add(took);
  }

  private static void until(String what, Supplier<Boolean> condition) {
    until(() -> what, condition);
  }

  private static void until(Supplier<String> what, Supplier<Boolean> condition) {
    long end = System.nanoTime() + BOUND.toNanos();
    Optional<RuntimeException> last = Optional.empty();
    while (System.nanoTime() < end) {
      try {
        if (condition.get()) {
          return;
        }
        last = Optional.empty();
      } catch (RuntimeException e) {
        last = Optional.of(e);
      }
      pause(Duration.ofMillis(100));
    }
    String cause = last.map(e -> " (" + e.getMessage() + ")").orElse("");
    throw new ChaosFailed("not within %d s: %s%s".formatted(BOUND.toSeconds(), what.get(), cause));
  }

  private static void require(boolean condition, Supplier<String> failure) {
    if (!condition) {
      throw new ChaosFailed(failure.get());
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChaosFailed("interrupted");
    }
  }
}
