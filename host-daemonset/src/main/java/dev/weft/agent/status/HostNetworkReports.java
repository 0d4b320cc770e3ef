package dev.weft.agent.status;

import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ServerSideApply;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatus;
import dev.weft.api.Names;
import dev.weft.api.NodePlan;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Writes statuses of HostNetworks when they change, and removes finalizers of deleted ones. */
public final class HostNetworkReports {
  private static final ResourceDefinitionContext HOST_NETWORKS =
      ResourceDefinitionContext.fromResourceType(HostNetwork.class);

  private final KubernetesClient client;
  private final ApiWrites writes;
  private final HostNetworkStatuses statuses;
  private final LastReported<HostNetworkStatus> last = new LastReported<>();

  /** Writes to the API through {@code client}. */
  public HostNetworkReports(KubernetesClient client, ApiWrites writes, Clock clock) {
    this.client = client;
    this.writes = writes;
    this.statuses = new HostNetworkStatuses(clock);
  }

  /**
   * Reports the outcome of a HostNetwork.
   *
   * @param generation of the HostNetwork that was applied
   */
  void report(
      HostNetwork hostNetwork,
      long generation,
      NetworkOutcome outcome,
      HostNetworkStatuses.Reported reported) {
    String uid = hostNetwork.getMetadata().getUid();
    HostNetworkStatus shown = hostNetwork.getStatus();
    report(hostNetwork, statuses.of(generation, last.latest(uid, shown), outcome, reported));
  }

  /** Reports the plan of a HostNetwork in plan mode. */
  void reportPlan(HostNetwork hostNetwork, NodePlan plan) {
    HostNetworkStatus latest =
        last.latest(hostNetwork.getMetadata().getUid(), hostNetwork.getStatus());
    report(hostNetwork, statuses.ofPlan(hostNetwork.getMetadata().getGeneration(), latest, plan));
  }

  private void report(HostNetwork hostNetwork, HostNetworkStatus status) {
    String name = hostNetwork.getMetadata().getName();
    if (last.note(hostNetwork.getMetadata().getUid(), hostNetwork.getStatus(), status)) {
      writes.submit("status " + name, () -> write(hostNetwork, status));
    }
  }

  /** Whether a HostNetwork shows the status reported last; if not, it must be reported again. */
  public boolean confirm(HostNetwork hostNetwork) {
    return last.confirm(hostNetwork.getMetadata().getUid(), hostNetwork.getStatus());
  }

  /** Removes the finalizer of a deleted HostNetwork after the kernel holds nothing of it. */
  void release(HostNetwork hostNetwork) {
    String name = hostNetwork.getMetadata().getName();
    last.forget(hostNetwork.getMetadata().getUid());
    writes.withdraw("status " + name);
    List<String> finalizers = hostNetwork.getMetadata().getFinalizers();
    if (finalizers != null
        && finalizers.contains(Names.NODE_FINALIZER)
        && !writes.isPending("finalizer " + name)) {
      writes.submit("finalizer " + name, () -> removeFinalizer(hostNetwork));
    }
  }

  /** Contains the UID: another HostNetwork may have this name by now. */
  private void write(HostNetwork hostNetwork, HostNetworkStatus status) {
    String name = hostNetwork.getMetadata().getName();
    HostNetwork patch = new HostNetwork();
    patch.setMetadata(
        new ObjectMetaBuilder().withName(name).withUid(hostNetwork.getMetadata().getUid()).build());
    patch.setStatus(status);
    ServerSideApply.toSame(() -> {
      HostNetwork _ =
          client
              .resources(HostNetwork.class)
              .withName(name)
              .subresource("status")
              .patch(ServerSideApply.forced(), patch);
    });
  }

  private void removeFinalizer(HostNetwork hostNetwork) {
    // with all fields, because it is written back
    var whole = client.genericKubernetesResources(HOST_NETWORKS);
    GenericKubernetesResource current = whole.withName(hostNetwork.getMetadata().getName()).get();
    if (current == null
        || !current.getMetadata().getUid().equals(hostNetwork.getMetadata().getUid())
        || !current.hasFinalizer(Names.NODE_FINALIZER)) {
      return;
    }
    List<String> left = new ArrayList<>(current.getFinalizers());
    left.remove(Names.NODE_FINALIZER);
    current.getMetadata().setFinalizers(left);
    GenericKubernetesResource _ = whole.resource(current).update();
  }
}
