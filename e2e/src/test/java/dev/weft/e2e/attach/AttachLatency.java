package dev.weft.e2e.attach;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.docker.Dockerd;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How long it takes to attach a sandbox, beside Docker and the CNI reference plugins, each by turns
 * on one node of a lab. It is no test, for it asserts no time, and runs only when it is named: see
 * docs/reference/performance.md.
 */
class AttachLatency {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUNDS = Integer.getInteger("weft.attach.rounds", 200);
  private static final int WARM_UP = Integer.getInteger("weft.attach.warmup", 30);

  /**
   * Whoever is taken down before holds the kernel's lock of network devices for a while, and what
   * became of it is summed up a moment later.
   */
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

  @Test
  void besideDockerAndTheCniPlugins() throws Exception {
    assumeTrue(Root.is(), Root.REASON);
    Dockerd.assumeInstalled();
    Path plugins = CniWay.plugins().orElse(null);
    assumeTrue(
        plugins != null,
        "no CNI plugins in CNI_PATH, /usr/lib/cni or /opt/cni/bin (Debian:"
            + " containernetworking-plugins)");
    try (Lab lab = Lab.create(Labs.name())) {
      Path socket = lab.directory().resolve("nri.sock");
      try (NriRuntime runtime = NriRuntime.open(socket)) {
        measure(lab, runtime, socket, plugins);
      }
    }
  }

  private static void measure(Lab lab, NriRuntime runtime, Path socket, Path plugins)
      throws Exception {
    lab.install(Path.of("../manifests"));
    lab.startOperator();
    LabNode node = lab.addNode("--nri", socket.toString());
    Dockerd engine = Dockerd.start(lab, node, 1);
    try {
      makeNetworks(lab);
      NriRuntime.Plugin plugin = runtime.plugin(PATIENCE);
      // A second one lists the sandboxes a while later, and leaves.
      NriRuntime.Plugin _ = runtime.plugin(PATIENCE);
      List<Way> ways = new ArrayList<>();
      for (String network : NETWORKS) {
        ways.add(new WeftWay(lab, node, plugin, network));
      }
      ways.addAll(DockerWay.of(engine));
      ways.addAll(CniWay.of(lab, node, plugins));
      for (int round = -WARM_UP; round < ROUNDS; round++) {
        for (Way way : ways) {
          Thread.sleep(REST);
          way.attach(round + WARM_UP, round >= 0);
        }
      }
      System.out.printf(
          "attach: %d rounds on %s, milliseconds%n%-44s %8s %8s %8s%n",
          ROUNDS, lab.controlPlane().description(), "", "median", "p99", "least");
      ways.forEach(way -> way.results().forEach(System.out::println));
      ways.forEach(Way::close);
    } finally {
      engine.stop();
    }
  }

  private static void makeNetworks(Lab lab) {
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
