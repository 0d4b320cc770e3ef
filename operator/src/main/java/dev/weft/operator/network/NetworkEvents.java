package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes Events about networks, where {@code kubectl describe} finds them. */
final class NetworkEvents {
  /** Events about cluster-scoped objects live there. */
  private static final String NAMESPACE = "default";

  private static final int LONGEST_MESSAGE = 1024;
  private static final Logger log = LoggerFactory.getLogger(NetworkEvents.class);

  private final KubernetesClient client;
  private final Clock clock;

  NetworkEvents(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  void record(ContainerNetwork network, Transition transition) {
    try {
      client.v1().events().inNamespace(NAMESPACE).resource(event(network, transition)).create();
    } catch (KubernetesClientException e) {
      // an Event is news, not state: the conditions say the same, and work must go on
      log.atWarn()
          .addKeyValue("network", network.getMetadata().getName())
          .setCause(e)
          .log("could not write an event");
    }
  }

  private Event event(ContainerNetwork network, Transition transition) {
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String message = transition.message();
    return new EventBuilder()
        .withNewMetadata()
        .withGenerateName(network.getMetadata().getName() + ".")
        .withNamespace(NAMESPACE)
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion(network.getApiVersion())
        .withKind(network.getKind())
        .withName(network.getMetadata().getName())
        .withUid(network.getMetadata().getUid())
        .endInvolvedObject()
        .withType(transition.warning() ? "Warning" : "Normal")
        .withReason(transition.reason())
        .withMessage(
            message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE))
        .withNewSource()
        .withComponent(NodeInstructor.FIELD_MANAGER)
        .endSource()
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .build();
  }
}
