package dev.weft.e2e.machine;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A data plane with one thread that processes requested passes. */
final class PaperAgent {
  private static final long AGAIN_MILLIS = 250;

  private final AgentNode node;
  private final PaperMesh mesh;
  private final DataPlane plane;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final Map<String, List<String>> repaired = new ConcurrentHashMap<>();
  private volatile List<Problem> problems = List.of();

  PaperAgent(AgentNode node, PaperMesh mesh) {
    this.node = node;
    this.mesh = mesh;
    this.plane = node.dataPlane();
    plane.resume();
    plane.onDrift(this::drifted);
  }

  List<Problem> problems() {
    return problems;
  }

  Map<String, List<String>> repaired() {
    return repaired;
  }

  private void drifted(DriftEvent event) {
    System.out.printf("%s: %s%n", node.name(), event.what());
    ask(event.scope());
  }

  void ask(PassScope scope) {
    submit(scope, 0);
  }

  private void submit(PassScope scope, long delay) {
    try {
      var _ = thread.schedule(() -> pass(scope), delay, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      System.out.printf("%s: the agent has ended%n", node.name());
    }
  }

  private void pass(PassScope scope) {
    try {
      ReconcileOutcome outcome = plane.reconcile(node.nodeSpec(), scope);
      outcome
          .networks()
          .forEach((network, it) -> {
            if (!it.repaired().isEmpty()) {
              repaired.put(network, it.repaired());
            }
          });
      problems =
          outcome.networks().values().stream().flatMap(it -> it.problems().stream()).toList();
      outcome.keys().report().ifPresent(report -> mesh.publish(node.name(), report));
      if (outcome.keys().lingering()) {
        submit(PassScope.KEYS, AGAIN_MILLIS);
      }
      if (problems.stream().anyMatch(it -> it.cure() == Problem.Cure.RETRY)) {
        System.out.printf("%s: %s%n", node.name(), problems);
        submit(PassScope.EVERYTHING, AGAIN_MILLIS);
      }
    } catch (RuntimeException e) {
      System.out.printf("%s: a pass failed and is made again: %s%n", node.name(), e);
      submit(PassScope.EVERYTHING, AGAIN_MILLIS);
    }
  }

  void close() {
    thread.shutdownNow();
    try {
      boolean _ = thread.awaitTermination(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    plane.close();
  }
}
