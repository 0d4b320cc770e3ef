package dev.weft.e2e.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Wire;
import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.EchoRequest;
import dev.weft.e2e.net.Ping;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.testkit.control.embedded.PrinterColumns;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The steps of the demo. Each fails with a reason that a user can act on. */
final class Demo {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Lab lab;
  private final Cluster cluster;
  private final Progress progress;
  private final Path manifests;

  Demo(Lab lab, Progress progress, Path manifests) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.progress = progress;
    this.manifests = manifests;
  }

  void run(int nodes) {
    progress.say("control plane: %s", lab.controlPlane().description());
    lab.install(manifests);
    startPrograms(nodes);
    List<HasMetadata> samples = lab.apply(manifests.resolve("samples"));
    samples.forEach(
        each -> progress.say("applied %s %s", each.getKind(), each.getMetadata().getName()));
    names("Pod", samples).forEach(this::requireItsNode);
    awaitPrograms();
    List<String> networks = names("ContainerNetwork", samples);
    networks.forEach(this::awaitNetwork);
    names("Pod", samples).forEach(this::awaitPod);
    networks.forEach(this::pingAll);
    showNat();
    showIsolation();
    table();
    reportPrograms();
  }

  private void startPrograms(int nodes) {
    lab.startOperator();
    for (int i = 0; i < nodes; i++) {
      LabNode node = lab.addNode();
      progress.say(
          "node %s at %s in namespace %s, its agent is starting",
          node.name(), node.address().getHostAddress(), node.namespaceName());
    }
  }

  private void awaitPrograms() {
    for (LabNode node : lab.nodes()) {
      await(
          () -> cluster.isNodeReady(node.name()),
          () ->
              "the agent of %s does not get ready%s"
                  .formatted(node.name(), tail(lab.agentLog(node))),
          () -> node.agent().isAlive());
      progress.say("agent of %s is ready", node.name());
    }
  }

  private void requireItsNode(String pod) {
    String node = lab.client().pods().withName(pod).get().getSpec().getNodeName();
    require(
        lab.nodes().stream().anyMatch(each -> each.name().equals(node)),
        "the sample pod %s is bound to node %s, which does not exist: give more --nodes"
            .formatted(pod, node));
  }

  private void awaitNetwork(String name) {
    await(
        () -> cluster.isReady(name),
        () ->
            "network %s does not get Ready: %s%s"
                .formatted(name, cluster.describe(name), tail(operatorLog())),
        () -> lab.operator().isAlive());
    progress.say("network %s (%s) is Ready", name, driver(name));
  }

  private void awaitPod(String name) {
    String node = lab.client().pods().withName(name).get().getSpec().getNodeName();
    await(
        () -> cluster.isRunning(name),
        () ->
            "pod %s on %s does not run: %s%s"
                .formatted(name, node, lab.attachError(name), tail(lab.agentLog(lab.node(node)))),
        () -> true);
    progress.say("pod %s runs on %s", name, node);
  }

  private void pingAll(String network) {
    List<Station> stations = stations(network);
    if (stations.size() < 2) {
      return;
    }
    PingMatrix matrix = PingMatrix.of(stations, !driver(network).equals("bridge"));
    progress.say("pings on %s:", network);
    matrix.lines().forEach(progress::plain);
    require(matrix.isComplete(), "not every ping on network %s was answered".formatted(network));
  }

  private String driver(String network) {
    return cluster
        .network(network)
        .map(each -> String.valueOf(each.getSpec().driver()))
        .orElseThrow(() -> new DemoFailed("network " + network + " is gone"));
  }

  private void showNat() {
    Station inside = first("web");
    InetAddress node = lab.node(inside.node()).address();
    try (Netlink outside = Netlink.open(lab.wire().outside());
        Capture capture =
            Capture.open(lab.wire().outside(), outside.link("eth0").orElseThrow().index())) {
      require(
          Ping.once(inside.sandbox(), Wire.BEYOND, Duration.ofSeconds(5)).isPresent(),
          "%s does not reach the outside host %s"
              .formatted(inside.pod(), Wire.BEYOND.getHostAddress()));
      List<InetAddress> sources =
          capture.frames().stream()
              .flatMap(frame -> EchoRequest.read(frame).stream())
              .filter(echo -> echo.to().equals(Wire.BEYOND))
              .map(EchoRequest::from)
              .distinct()
              .toList();
      require(
          sources.equals(List.of(node)),
          "the outside host saw %s and not the node's address %s".formatted(sources, node));
    }
    progress.say(
        "NAT: %s (%s) reaches %s outside, which sees %s, the address of %s",
        inside.pod(),
        inside.address().getHostAddress(),
        Wire.BEYOND.getHostAddress(),
        node.getHostAddress(),
        inside.node());
  }

  private void showIsolation() {
    Station web = first("web");
    Station db = first("db");
    require(
        PingMatrix.isSilent(web, db.address()) && PingMatrix.isSilent(db, web.address()),
        "networks web and db are not isolated from each other");
    progress.say(
        "isolation: %s and %s are on one node, and neither reaches the other", web.pod(), db.pod());
  }

  private void table() {
    progress.say("kubectl get containernetworks:");
    JsonNode definition =
        read("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/containernetworks.weft.dev");
    JsonNode networks = read("/apis/weft.dev/v1alpha1/containernetworks");
    PrinterColumns.of(definition.path("spec").path("versions").path(0))
        .render(networks.path("items"))
        .forEach(progress::plain);
  }

  private void reportPrograms() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PROGRAM", "READY AFTER", "MEMORY (RSS)"));
    lab.processIds()
        .forEach(
            (name, pid) -> rows.add(List.of(name, startTime(name), "%d MB".formatted(rss(pid)))));
    PrinterColumns.align(rows).forEach(progress::plain);
  }

  private String startTime(String name) {
    return lab.nodes().stream()
        .filter(node -> node.name().equals(name))
        .flatMap(node -> cluster.readyAfter(name, node.agent().startedAt()).stream())
        .map(time -> String.format(Locale.ROOT, "%.0f s", Math.ceil(time.toMillis() / 1000.0)))
        .findFirst()
        .orElse("");
  }

  private Station first(String network) {
    return stations(network).stream()
        .findFirst()
        .orElseThrow(() -> new DemoFailed("no pod is on network " + network));
  }

  private List<Station> stations(String network) {
    List<Station> stations = new ArrayList<>();
    for (NetworkEndpoint endpoint : cluster.endpoints(network)) {
      var sandbox = endpoint.getSpec().sandbox();
      if (sandbox == null) {
        // a service's virtual address
        continue;
      }
      String pod = Objects.requireNonNull(sandbox.pod());
      stations.add(
          new Station(
              pod,
              Objects.requireNonNull(endpoint.getSpec().node()),
              network,
              IpPrefix.parse(Objects.requireNonNull(endpoint.getSpec().address())).address(),
              lab.sandbox(pod)
                  .orElseThrow(() -> new DemoFailed("pod " + pod + " has no sandbox"))));
    }
    stations.sort(java.util.Comparator.comparing(Station::pod));
    return stations;
  }

  private JsonNode read(String path) {
    try {
      return JSON.readTree(lab.client().raw(path));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the API server's answer to " + path, e);
    }
  }

  private Path operatorLog() {
    return lab.directory().resolve("operator.log");
  }

  private static List<String> names(String kind, List<HasMetadata> objects) {
    List<String> names =
        objects.stream()
            .filter(each -> each.getKind().equals(kind))
            .map(each -> each.getMetadata().getName())
            .toList();
    require(!names.isEmpty(), "the samples hold no " + kind);
    return names;
  }

  private static void await(
      BooleanSupplier condition, Supplier<String> failure, BooleanSupplier hope) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      require(hope.getAsBoolean() && System.nanoTime() < end, failure);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DemoFailed("interrupted");
      }
    }
  }

  private static void require(boolean condition, String failure) {
    require(condition, () -> failure);
  }

  private static void require(boolean condition, Supplier<String> failure) {
    if (!condition) {
      throw new DemoFailed(failure.get());
    }
  }

  private static String tail(Path log) {
    try {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      return lines.stream()
          .skip(Math.max(0, lines.size() - 15))
          .reduce("\nend of %s:".formatted(log), (all, line) -> all + "\n  " + line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resident memory in megabytes. */
  private static long rss(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/%d/status".formatted(pid))).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1000)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new DemoFailed("process %d has ended".formatted(pid));
    }
  }
}
