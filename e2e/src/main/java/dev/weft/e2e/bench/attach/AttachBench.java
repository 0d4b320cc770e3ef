package dev.weft.e2e.bench.attach;

import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Dockerd;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures how long it takes to attach a sandbox, compared with Docker and the CNI reference
 * plugins. They alternate on one node of a lab.
 */
public final class AttachBench {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int WARM_UP = 30;

  /** The kernel holds its lock of network devices for a while after the removal of a sandbox. */
  private static final Duration REST = Duration.ofMillis(250);

  private static final List<String> NETWORKS =
      List.of("bench-bridge", "bench-overlay", "bench-lan");
  private static final String DEFINITIONS =
      """
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: bench-bridge}
      spec:
        driver: bridge
        subnets: [{cidr: 10.71.0.0/16}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: bench-overlay}
      spec:
        driver: overlay
        subnets: [{cidr: 10.72.0.0/16}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: bench-lan}
      spec:
        driver: macvlan
        subnets: [{cidr: 10.73.0.0/16}]
        macvlan: {parent: eth0}
      """;

  private final int rounds;
  private final Lab lab;
  private final Path plugins;

  private AttachBench(int rounds, Lab lab, Path plugins) {
    this.rounds = rounds;
    this.lab = lab;
    this.plugins = plugins;
  }

  /** Takes the number of rounds; the default is 200. */
  public static void main(String[] arguments) throws Exception {
    Optional<String> missing =
        Dockerd.missing()
            .or(() ->
                CniWay.plugins().isPresent()
                    ? Optional.empty()
                    : Optional.of(
                        "no CNI plugins in CNI_PATH, /usr/lib/cni or /opt/cni/bin"
                            + " (Debian: containernetworking-plugins)"));
    if (missing.isPresent()) {
      System.err.println(missing.get());
      System.exit(1);
    }
    int rounds = arguments.length == 0 ? 200 : Integer.parseInt(arguments[0]);
    try (Lab lab = Lab.create("weft-attach")) {
      new AttachBench(rounds, lab, CniWay.plugins().orElseThrow()).run();
    }
    System.exit(0);
  }

  private void run() throws Exception {
    Path socket = lab.directory().resolve("nri.sock");
    try (NriRuntime runtime = NriRuntime.open(socket)) {
      lab.install(Path.of("manifests"));
      lab.startOperator();
      LabNode node = lab.addNode("--nri", socket.toString());
      Dockerd engine = Dockerd.start(lab, node, 1);
      try {
        makeNetworks();
        NriRuntime.Plugin plugin = runtime.plugin(PATIENCE);
        // the second plugin lists the sandboxes a while later and disconnects
        NriRuntime.Plugin _ = runtime.plugin(PATIENCE);
        measure(ways(node, plugin, engine));
      } finally {
        engine.stop();
      }
    }
  }

  private List<Way> ways(LabNode node, NriRuntime.Plugin plugin, Dockerd engine) throws Exception {
    List<Way> ways = new ArrayList<>();
    for (String network : NETWORKS) {
      ways.add(new WeftWay(lab, node, plugin, network));
    }
    ways.addAll(DockerWay.of(engine));
    ways.addAll(CniWay.of(lab, node, plugins));
    return ways;
  }

  private void measure(List<Way> ways) throws Exception {
    for (int round = -WARM_UP; round < rounds; round++) {
      for (Way way : ways) {
        Thread.sleep(REST);
        way.attach(round + WARM_UP, round >= 0);
      }
    }
    System.out.printf(
        "attach: %d rounds on %s, milliseconds%n%-44s %8s %8s %8s%n",
        rounds, lab.controlPlane().description(), "", "median", "p99", "least");
    ways.forEach(way -> way.results().forEach(System.out::println));
    ways.forEach(Way::close);
  }

  private void makeNetworks() {
    for (HasMetadata each :
        lab.client()
            .load(new ByteArrayInputStream(DEFINITIONS.getBytes(StandardCharsets.UTF_8)))
            .items()) {
      lab.client().resource(each).create();
    }
    Cluster cluster = new Cluster(lab.client());
    for (String network : NETWORKS) {
      await(network).atMost(PATIENCE).until(() -> cluster.isReady(network));
    }
  }
}
