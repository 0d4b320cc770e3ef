package dev.weft.agent.status;

import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ServerSideApply;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatus;
import dev.weft.api.Names;
import dev.weft.api.NodePlan;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Writes the status of instructions, when it changes, and lets go of those that are undone. */
public final class HostNetworkReports {
  private final KubernetesClient client;
  private final ApiWrites writes;
  private final HostNetworkStatuses statuses;
  private final LastReported<HostNetworkStatus> told = new LastReported<>();

  /** Reports to the API behind {@code client}. */
  public HostNetworkReports(KubernetesClient client, ApiWrites writes, Clock clock) {
    this.client = client;
    this.writes = writes;
    this.statuses = new HostNetworkStatuses(clock);
  }

  /**
   * Tells what came of an instruction.
   *
   * @param generation of the instruction that was followed
   */
  void tell(
      HostNetwork instruction,
      long generation,
      NetworkOutcome outcome,
      HostNetworkStatuses.Reported reported) {
    String uid = instruction.getMetadata().getUid();
    HostNetworkStatus shown = instruction.getStatus();
    tell(instruction, statuses.of(generation, told.latest(uid, shown), outcome, reported));
  }

  /** Tells what would come of an instruction that is not to be followed yet. */
  void tellPlan(HostNetwork instruction, NodePlan plan) {
    HostNetworkStatus latest =
        told.latest(instruction.getMetadata().getUid(), instruction.getStatus());
    tell(instruction, statuses.ofPlan(instruction.getMetadata().getGeneration(), latest, plan));
  }

  private void tell(HostNetwork instruction, HostNetworkStatus status) {
    String name = instruction.getMetadata().getName();
    if (told.note(instruction.getMetadata().getUid(), instruction.getStatus(), status)) {
      writes.submit("status " + name, () -> write(instruction, status));
    }
  }

  /** Whether an instruction has the status that was told last; if not, it is to be told anew. */
  public boolean confirm(HostNetwork instruction) {
    return told.confirm(instruction.getMetadata().getUid(), instruction.getStatus());
  }

  /** Lets a deleted instruction go: the kernel holds nothing of it. */
  void release(HostNetwork instruction) {
    String name = instruction.getMetadata().getName();
    told.forget(instruction.getMetadata().getUid());
    writes.withdraw("status " + name);
    List<String> finalizers = instruction.getMetadata().getFinalizers();
    if (finalizers != null
        && finalizers.contains(Names.NODE_FINALIZER)
        && !writes.isPending("finalizer " + name)) {
      writes.submit("finalizer " + name, () -> removeFinalizer(instruction));
    }
  }

  /** With the UID: an instruction of this name may be another by now. */
  private void write(HostNetwork instruction, HostNetworkStatus status) {
    String name = instruction.getMetadata().getName();
    HostNetwork patch = new HostNetwork();
    patch.setMetadata(
        new ObjectMetaBuilder().withName(name).withUid(instruction.getMetadata().getUid()).build());
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

  private void removeFinalizer(HostNetwork instruction) {
    HostNetwork current =
        client.resources(HostNetwork.class).withName(instruction.getMetadata().getName()).get();
    if (current == null
        || !current.getMetadata().getUid().equals(instruction.getMetadata().getUid())
        || !current.hasFinalizer(Names.NODE_FINALIZER)) {
      return;
    }
    List<String> left = new ArrayList<>(current.getFinalizers());
    left.remove(Names.NODE_FINALIZER);
    current.getMetadata().setFinalizers(left);
    HostNetwork _ = client.resource(current).update();
  }
}
