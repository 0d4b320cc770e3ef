package dev.weft.agent.cluster;

import dev.weft.api.Reason;
import dev.weft.api.event.EventRecorder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;

/** Writes Events on objects, as {@code kubectl describe} shows them. */
public final class ObjectEvents {
  private final KubernetesClient client;
  private final ApiWrites writes;
  private final EventRecorder recorder;

  /** Events from the agent of {@code node}. */
  public ObjectEvents(KubernetesClient client, String node, ApiWrites writes, Clock clock) {
    this.client = client;
    this.writes = writes;
    this.recorder = new EventRecorder(ServerSideApply.MANAGER, node, clock);
  }

  /** Reports a completed action. */
  public void normal(ObjectReference about, Reason reason, String message) {
    recorder.normal(about, reason, message).ifPresent(this::write);
  }

  /** Reports something that needs attention. */
  public void warning(ObjectReference about, Reason reason, String message) {
    recorder.warning(about, reason, message).ifPresent(this::write);
  }

  private void write(Event event) {
    writes.submit(
        "event " + event.getMetadata().getName(),
        () -> client.resource(event).patch(ServerSideApply.forced()));
  }
}
