package dev.weft.operator.event;

import dev.weft.api.event.EventRecorder;
import dev.weft.operator.kube.ConditionalWrites;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes Events about networks and nodes, where {@code kubectl describe} finds them. */
public final class NetworkEvents {
  private static final Logger log = LoggerFactory.getLogger(NetworkEvents.class);

  private final KubernetesClient client;
  private final EventRecorder recorder;

  /** Creates a writer that uses {@code client}. */
  public NetworkEvents(KubernetesClient client, Clock clock) {
    this.client = client;
    this.recorder =
        new EventRecorder(ConditionalWrites.FIELD_MANAGER, ConditionalWrites.FIELD_MANAGER, clock);
  }

  /** Records a change of a cluster-scoped object. */
  public void record(HasMetadata object, StatusChange transition) {
    ObjectReference about =
        new ObjectReferenceBuilder()
            .withApiVersion(object.getApiVersion())
            .withKind(object.getKind())
            .withName(object.getMetadata().getName())
            .withUid(object.getMetadata().getUid())
            .build();
    (transition.warning()
            ? recorder.warning(about, transition.reason(), transition.message())
            : recorder.normal(about, transition.reason(), transition.message()))
        .ifPresent(event -> write(object, event));
  }

  private void write(HasMetadata object, Event event) {
    try {
      client
          .resource(event)
          .fieldManager(ConditionalWrites.FIELD_MANAGER)
          .forceConflicts()
          .serverSideApply();
    } catch (KubernetesClientException e) {
      // an Event only informs, and the conditions hold the same information, so work must go on
      log.atWarn()
          .addKeyValue("object", object.getKind() + " " + object.getMetadata().getName())
          .setCause(e)
          .log("could not write an event");
    }
  }
}
