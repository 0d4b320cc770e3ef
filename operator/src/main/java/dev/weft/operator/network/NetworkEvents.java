package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.event.EventBook;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes Events about networks, where {@code kubectl describe} finds them. */
final class NetworkEvents {
  private static final Logger log = LoggerFactory.getLogger(NetworkEvents.class);

  private final KubernetesClient client;
  private final EventBook book;

  NetworkEvents(KubernetesClient client, Clock clock) {
    this.client = client;
    this.book = new EventBook(NodeInstructor.FIELD_MANAGER, NodeInstructor.FIELD_MANAGER, clock);
  }

  void record(ContainerNetwork network, Transition transition) {
    ObjectReference about =
        new ObjectReferenceBuilder()
            .withApiVersion(network.getApiVersion())
            .withKind(network.getKind())
            .withName(network.getMetadata().getName())
            .withUid(network.getMetadata().getUid())
            .build();
    (transition.warning()
            ? book.warning(about, transition.reason(), transition.message())
            : book.normal(about, transition.reason(), transition.message()))
        .ifPresent(event -> write(network, event));
  }

  private void write(ContainerNetwork network, Event event) {
    try {
      client
          .resource(event)
          .fieldManager(NodeInstructor.FIELD_MANAGER)
          .forceConflicts()
          .serverSideApply();
    } catch (KubernetesClientException e) {
      // an Event is news, not state: the conditions say the same, and work must go on
      log.atWarn()
          .addKeyValue("network", network.getMetadata().getName())
          .setCause(e)
          .log("could not write an event");
    }
  }
}
