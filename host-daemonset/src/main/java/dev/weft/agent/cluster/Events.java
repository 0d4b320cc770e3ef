package dev.weft.agent.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events on objects. The same thing told again is the same Event with a higher count, so a failure
 * that repeats leaves one line in {@code kubectl describe}.
 */
public final class Events {
  private static final String COMPONENT = Applies.MANAGER;
  private static final int REMEMBERED = 512;
  private static final int MESSAGE_LIMIT = 1024;

  private final KubernetesClient client;
  private final String node;
  private final Writes writes;
  private final Clock clock;
  private final Map<String, Told> told =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
              return size() > REMEMBERED;
            }
          });

  private record Told(String first, int count) {}

  /** Events from the agent of {@code node}. */
  public Events(KubernetesClient client, String node, Writes writes, Clock clock) {
    this.client = client;
    this.node = node;
    this.writes = writes;
    this.clock = clock;
  }

  /** Tells that something was done. */
  public void normal(ObjectReference about, String reason, String message) {
    tell("Normal", about, reason, message);
  }

  /** Tells that something needs a look. */
  public void warning(ObjectReference about, String reason, String message) {
    tell("Warning", about, reason, message);
  }

  private void tell(String type, ObjectReference about, String reason, String message) {
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String key = "%s %s %s %s".formatted(about.getUid(), about.getName(), reason, message);
    Told telling =
        told.merge(key, new Told(now, 1), (old, fresh) -> new Told(old.first, old.count + 1));
    String name = "%s.%08x%08x".formatted(about.getName(), key.hashCode(), node.hashCode());
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace(about.getNamespace()))
            .endMetadata()
            .withType(type)
            .withReason(reason)
            .withMessage(
                message.length() <= MESSAGE_LIMIT ? message : message.substring(0, MESSAGE_LIMIT))
            .withInvolvedObject(about)
            .withNewSource(COMPONENT, node)
            .withReportingComponent(COMPONENT)
            .withReportingInstance(node)
            .withFirstTimestamp(telling.first)
            .withLastTimestamp(now)
            .withCount(telling.count)
            .build();
    writes.submit("event " + name, () -> client.resource(event).patch(Applies.forced()));
  }

  /** Events on objects without a namespace live in this one. */
  private static String namespace(@Nullable String namespace) {
    return namespace == null ? "default" : namespace;
  }
}
