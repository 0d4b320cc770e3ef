package dev.weft.agent.pass;

import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.loop.Loop;
import dev.weft.agent.node.NodeUnderlay;
import dev.weft.api.NodePlan;
import dev.weft.mesh.keys.KeyReport;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One pass of the loop: computes the desired state of what changed, reconciles the kernel, reports
 * the outcome.
 */
public final class NodePass implements Loop.Work {
  private final DesiredCache desired;
  private final NodeUnderlay underlay;
  private final NodeKernel kernel;
  private final Reports reports;
  private Optional<KeyReport> published = Optional.empty();

  /** Receives the reports of a pass. */
  public interface Reports {
    /**
     * The pass checked the node's underlay, or its keys changed.
     *
     * @param keys the report on the keys of encrypted networks, empty if there are none
     */
    void node(NodeUnderlay underlay, Optional<KeyReport> keys);

    /**
     * The kernel is reconciled as far as possible; callers that wait for the pass continue after
     * this.
     */
    void outcome(DesiredCache desired, ReconcileOutcome outcome);

    /**
     * The pass ended.
     *
     * @param plans by network, the changes of a revision in plan mode
     */
    void ended(
        PassScope scope,
        DesiredCache desired,
        ReconcileOutcome outcome,
        Map<String, NodePlan> plans);

    /** A pass over {@code scope} threw {@code why}: the state of its networks is unknown. */
    void failed(PassScope scope, DesiredCache desired, RuntimeException why);
  }

  /** Reconciles the kernel with {@code desired}. */
  public NodePass(DesiredCache desired, NodeUnderlay underlay, NodeKernel kernel, Reports reports) {
    this.desired = desired;
    this.underlay = underlay;
    this.kernel = kernel;
    this.reports = reports;
  }

  @Override
  public Set<PassScope> run(PassScope asked, Runnable done) {
    PassScope scope = asked.hasUnderlay() && underlay.look() ? PassScope.EVERYTHING : asked;
    desired.update(scope);
    ReconcileOutcome outcome =
        kernel.reconcile(
            desired.nodeSpec(underlay.vtep()),
            scope,
            made -> {
              reports.outcome(desired, made);
              done.run();
            });
    // a public key is published only after the node accepts packets protected by it
    if (asked.hasUnderlay() || !outcome.keys().report().equals(published)) {
      published = outcome.keys().report();
      reports.node(underlay, published);
    }
    reports.ended(scope, desired, outcome, DryRuns.of(desired, underlay.vtep(), kernel));
    return again(outcome);
  }

  @Override
  public void failed(PassScope scope, RuntimeException why) {
    reports.failed(scope, desired, why);
  }

  /** Scopes for which another attempt may succeed. */
  private Set<PassScope> again(ReconcileOutcome outcome) {
    Set<PassScope> again = new HashSet<>();
    if (outcome.keys().lingering()) {
      again.add(PassScope.KEYS);
    }
    outcome
        .networks()
        .forEach((name, network) -> {
          if (mayHeal(network.problems())) {
            again.add(PassScope.network(name));
          }
        });
    outcome
        .leftovers()
        .forEach((uid, problems) -> {
          if (mayHeal(problems)) {
            again.add(desired.nameOf(uid).map(PassScope::network).orElse(PassScope.EVERYTHING));
          }
        });
    return again;
  }

  private static boolean mayHeal(List<Problem> problems) {
    return problems.stream().anyMatch(each -> each.cure() == Problem.Cure.RETRY);
  }
}
