package dev.weft.agent.cluster;

import dev.weft.api.Reason;
import dev.weft.api.event.EventRecorder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;

/** Writes Events on objects, where {@code kubectl describe} finds them. */
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

  /** Tells that something was done. */
  public void normal(ObjectReference about, Reason reason, String message) {
    recorder.normal(about, reason, message).ifPresent(this::write);
  }

  /** Tells that something needs a look. */
  public void warning(ObjectReference about, Reason reason, String message) {
    recorder.warning(about, reason, message).ifPresent(this::write);
  }

  private void write(Event event) {
    writes.submit(
        "event " + event.getMetadata().getName(),
        () -> client.resource(event).patch(ServerSideApply.forced()));
  }
}
