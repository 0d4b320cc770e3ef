package dev.weft.e2e.bench.attach;

import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Metrics;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Attaches with the agent as an NRI plugin, from {@code RunPodSandbox} to its answer. */
final class WeftWay implements Way {
  private static final double NANOS = 1e9;

  private final Lab lab;
  private final LabNode node;
  private final NriRuntime.Plugin plugin;
  private final String network;
  private final Times whole;
  private final Times passes;
  private final Times netlink;

  /** Attaches one sandbox permanently, so that no measured sandbox is the first on its node. */
  WeftWay(Lab lab, LabNode node, NriRuntime.Plugin plugin, String network) throws IOException {
    this.lab = lab;
    this.node = node;
    this.plugin = plugin;
    this.network = network;
    this.whole = new Times("Weft, " + network);
    this.passes = new Times("  passes, partly behind the claim");
    this.netlink = new Times("  of them in netlink calls");
    NriRuntime.Sandbox stays = sandbox("stays");
    await(network + " is built")
        .atMost(Duration.ofSeconds(30))
        .ignoreException(IOException.class)
        .untilAsserted(() -> plugin.run(stays));
  }

  private NriRuntime.Sandbox sandbox(String name) {
    String id = network + "-" + name;
    return new NriRuntime.Sandbox(id, lab.createSandbox(id), network);
  }

  @Override
  public void attach(int round, boolean counts) throws IOException {
    NriRuntime.Sandbox sandbox = sandbox(Integer.toString(round));
    Metrics before = Metrics.of(node);
    long start = System.nanoTime();
    plugin.run(sandbox);
    long took = System.nanoTime() - start;
    Metrics after = Metrics.of(node);
    try (NetworkNamespace namespace = NetworkNamespace.open(sandbox.netns());
        Netlink netlink = Netlink.open(namespace)) {
      var _ = netlink.link("eth0").orElseThrow();
    }
    if (counts) {
      whole.add(took);
      passes.add(between(before, after, "weft_agent_kernel_seconds_sum"));
      netlink.add(between(before, after, "weft_agent_netlink_time_seconds_total"));
    }
    plugin.stop(sandbox);
    await(sandbox.id() + " is detached")
        .atMost(Duration.ofSeconds(30))
        .until(() -> new Cluster(lab.client()).endpoints(network).size() == 1);
    NetworkNamespace.delete(sandbox.netns().getFileName().toString());
  }

  private static long between(Metrics before, Metrics after, String name) {
    double seconds =
        after.values().getOrDefault(name, 0.0) - before.values().getOrDefault(name, 0.0);
    return (long) (seconds * NANOS);
  }

  @Override
  public List<Times> results() {
    return List.of(whole, passes, netlink);
  }
}
