package dev.weft.agent;

import dev.weft.agent.attach.claim.Probe;
import dev.weft.agent.cluster.NodeRecord;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent of one node: starts its parts, and reports whether they work.
 *
 * <p>It changes the kernel only after it knows the whole cluster and all sandboxes: with partial
 * knowledge it would treat the rest as deleted. While no API server answers, it knows the cluster
 * as an earlier agent left it. From then on it works from its caches, whether or not the API server
 * is reachable. Closing it leaves the node's networks as they are.
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
   * The parts of an agent that depend on its machine.
   *
   * @param kernel the data plane
   * @param probe looks into sandboxes
   * @param sandboxes source of sandboxes
   * @param features capabilities of the kernel
   * @param record what an earlier agent knew of the cluster
   */
  public record Machine(
      NodeKernel kernel, Probe probe, Sandboxes sandboxes, Kernel features, NodeRecord record) {}

  /** An agent that does nothing before {@link #start}. */
  public Agent(String node, KubernetesClient client, Machine machine, AgentMetrics metrics) {
    this.node = node;
    this.apiServer = client.getMasterUrl();
    this.machine = machine;
    this.metrics = metrics;
    this.parts = AgentParts.of(node, client, machine, metrics);
  }

  /** Starts to watch the cluster and the sandboxes, and to reconcile. */
  public void start() {
    parts.heartbeat().start(parts.timer());
    parts.attacher().onSynced(this::begin);
    CompletableFuture<Void> read = parts.self().start(parts.timer());
    CompletableFuture<Void> _ =
        CompletableFuture.allOf(
                parts.cluster().start(parts.watch()),
                CompletableFuture.anyOf(read, parts.self().recalled()))
            .thenRun(() -> {
              LOG.atInfo().addKeyValue("node", node).log("the cluster is known");
              machine.sandboxes.start(new TimedWirer(parts.attacher(), metrics));
            })
            .exceptionally(Agent::broken);
    CompletableFuture<Void> _ =
        CompletableFuture.allOf(parts.cluster().heard(), read)
            .thenRun(() -> {
              if (begun.get()) {
                begin();
              }
            })
            .exceptionally(Agent::broken);
  }

  private static @Nullable Void broken(Throwable why) {
    Supervised.broken("start", why);
    return null;
  }

  /** Runs when all sandboxes are known: starts the loops, or requests a full pass of each. */
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

  /** A pass that records its duration as a metric. */
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

  /** Completes when the node has reached its desired state for the first time. */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /**
   * Reasons why the node is not in its desired state, as far as this agent knows; empty if it is. A
   * problem of a single network is in that network's condition, not here.
   */
  public List<String> unready() {
    List<String> reasons = new ArrayList<>();
    parts.cluster().source().ifPresent(reasons::add);
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

  /** Reasons why this agent needs a restart; empty if it works. */
  public List<String> sick() {
    return Stream.of(
            Supervised.problems().stream(),
            parts.loop().hang().stream(),
            parts.balancing().hang().stream())
        .flatMap(each -> each)
        .toList();
  }

  /** Requests a pass after a change of the kernel by another program. */
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
