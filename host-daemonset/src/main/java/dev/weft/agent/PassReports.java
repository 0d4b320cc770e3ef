package dev.weft.agent;

import dev.weft.agent.attach.Attacher;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.agent.node.NodePublisher;
import dev.weft.agent.node.NodeUnderlay;
import dev.weft.agent.pass.NodePass;
import dev.weft.agent.status.StatusReports;
import dev.weft.api.NodePlan;
import dev.weft.mesh.keys.KeyReport;
import java.util.Map;
import java.util.Optional;

/**
 * Passes on what a pass reports: the node to its MeshNode, outcomes to statuses and the attacher.
 */
record PassReports(NodePublisher publisher, StatusReports statuses, Attacher attacher)
    implements NodePass.Reports {
  @Override
  public void node(NodeUnderlay underlay, Optional<KeyReport> keys) {
    publisher.publish(underlay.current(), keys);
  }

  @Override
  public void outcome(DesiredCache desired, ReconcileOutcome outcome) {
    statuses.note(desired, outcome).forEach(attacher::changed);
  }

  @Override
  public void ended(
      PassScope scope,
      DesiredCache desired,
      ReconcileOutcome outcome,
      Map<String, NodePlan> plans) {
    statuses.report(scope, desired, outcome, plans);
  }

  @Override
  public void failed(PassScope scope, DesiredCache desired, RuntimeException why) {
    statuses.failed(scope, desired, why).forEach(attacher::changed);
  }
}
