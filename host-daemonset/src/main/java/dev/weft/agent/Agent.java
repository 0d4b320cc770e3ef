package dev.weft.agent;

import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.pass.NodeKernel;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.Kernel;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one node: starts its parts, and says whether they work.
 *
 * <p>It touches the kernel only once the cluster and all sandboxes are known: an agent that knows a
 * part would take the rest for deleted. From then on it works from what it knows, whether or not
 * the API server can be reached. To close it leaves the node's networks as they are.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final String node;
  private final URL apiServer;
  private final Machine machine;
  private final AgentMetrics metrics;
  private final AgentParts parts;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  /**
   * What an agent needs of its machine.
   *
   * @param kernel the data plane
   * @param probe looks into sandboxes
   * @param sandboxes where sandboxes come from
   * @param features what the kernel can do
   */
  public record Machine(NodeKernel kernel, Probe probe, Sandboxes sandboxes, Kernel features) {}

  /** An agent that does nothing before {@link #start}. */
  public Agent(String node, KubernetesClient client, Machine machine, AgentMetrics metrics) {
    this.node = node;
    this.apiServer = client.getMasterUrl();
    this.machine = machine;
    this.metrics = metrics;
    this.parts = AgentParts.of(node, client, machine, metrics);
  }

  /** Begins to follow the cluster and the sandboxes, and to work. */
  public void start() {
    parts.heartbeat().start(parts.timer());
    parts.attacher().onSynced(this::begin);
    CompletableFuture<Void> _ =
        parts
            .cluster()
            .start(parts.watch())
            .thenRun(() -> {
              LOG.atInfo().addKeyValue("node", node).log("the cluster is known");
              machine.sandboxes.start(new TimedWirer(parts.attacher(), metrics));
            })
            .exceptionally(e -> {
              Supervised.broken("start", e);
              return null;
            });
  }

  /** All sandboxes are known: starts the loops, or has them look at everything again. */
  private void begin() {
    parts.loop().ask(PassScope.EVERYTHING);
    parts.balancing().ask(PassScope.EVERYTHING);
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    CompletableFuture<Void> _ =
        CompletableFuture.allOf(parts.loop().worked(), parts.balancing().worked())
            .thenRun(() -> {
              metrics.ready();
              ready.complete(null);
              LOG.atInfo().addKeyValue("node", node).log("ready");
              parts.peers().start(parts.timer());
            });
    parts.balancing().start(parts.balancer());
    parts.loop().start(new TimedPass(parts.pass(), metrics));
    CompletionStage<Void> _ =
        parts.cluster().pods().start().thenRun(() -> parts.requests().reviewReserved());
  }

  /** A pass whose duration is a metric. */
  private record TimedPass(Loop.Work pass, AgentMetrics metrics) implements Loop.Work {
    @Override
    public Set<PassScope> run(PassScope scope, Runnable done) {
      return metrics.pass(() -> pass.run(scope, done));
    }

    @Override
    public void failed(PassScope scope, RuntimeException why) {
      pass.failed(scope, why);
    }
  }

  /** Completes when the node is, for the first time, as the cluster wants it. */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /**
   * Why the node is not as the cluster wants it, as far as this agent knows; empty: it is. What one
   * network lacks is that network's condition and not here.
   */
  public List<String> unready() {
    List<String> reasons = new ArrayList<>();
    List<String> unknown = parts.cluster().troubles();
    if (!unknown.isEmpty()) {
      reasons.add("by the API server at %s:".formatted(apiServer));
      reasons.addAll(unknown);
    }
    parts.heartbeat().trouble().ifPresent(reasons::add);
    if (parts.cluster().isSynced()) {
      machine.sandboxes.trouble().ifPresent(reasons::add);
    }
    parts.loop().trouble().ifPresent(reasons::add);
    parts.balancing().trouble().ifPresent(reasons::add);
    if (reasons.isEmpty() && !ready.isDone()) {
      reasons.add("the first pass is not done");
    }
    return reasons;
  }

  /** What keeps this agent from its work until it is started again; empty: nothing. */
  public List<String> sick() {
    return Stream.of(
            Supervised.problems().stream(),
            parts.loop().hang().stream(),
            parts.balancing().hang().stream())
        .flatMap(each -> each)
        .toList();
  }

  /** The kernel is not as it was left. */
  public void drifted(DriftEvent event) {
    LOG.atInfo().addKeyValue("node", node).log("the kernel changed: {}", event.what());
    parts.loop().ask(event.scope());
  }

  Loop loop() {
    return parts.loop();
  }

  @Override
  public void close() {
    machine.sandboxes.close();
    parts.close();
  }
}
