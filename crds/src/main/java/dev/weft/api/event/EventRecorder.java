package dev.weft.api.event;

import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds Events and limits their number. A repeated report updates the same Event with a higher
 * count, so a repeated failure is one line in {@code kubectl describe}. {@link Allowance} limits
 * the Events about one object. The next Event's count includes suppressed reports.
 */
public final class EventRecorder {
  /** Namespace of Events about cluster-scoped objects. */
  private static final String DEFAULT_NAMESPACE = "default";

  private static final int REMEMBERED = 1024;
  private static final int LONGEST_MESSAGE = 1024;
  private static final int LONGEST_NAME = 230;

  private final String component;
  private final String instance;
  private final Clock clock;
  private final Map<String, Reported> reported = latest();
  private final Map<String, Allowance> allowances = latest();

  private record Reported(Instant first, int count) {}

  /**
   * Creates an empty recorder.
   *
   * @param component name of the reporting program
   * @param instance name of its process, such as the node's name
   */
  public EventRecorder(String component, String instance, Clock clock) {
    this.component = component;
    this.instance = instance;
    this.clock = clock;
  }

  /** Event of type Normal; empty if the object's allowance is used up. */
  public Optional<Event> normal(ObjectReference about, Reason reason, String message) {
    return report("Normal", about, reason, message);
  }

  /** Event of type Warning; empty if the object's allowance is used up. */
  public Optional<Event> warning(ObjectReference about, Reason reason, String message) {
    return report("Warning", about, reason, message);
  }

  private synchronized Optional<Event> report(
      String type, ObjectReference about, Reason reason, String message) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    String object = "%s %s".formatted(about.getUid(), about.getName());
    String key = "%s %s %s".formatted(object, reason, message);
    Reported telling =
        reported.merge(
            key, new Reported(now, 1), (old, fresh) -> new Reported(old.first, old.count + 1));
    Allowance left = allowances.getOrDefault(object, Allowance.full(now)).at(now);
    if (left.isEmpty()) {
      return Optional.empty();
    }
    allowances.put(object, left.less());
    return Optional.of(
        new EventBuilder()
            .withNewMetadata()
            .withName(name(about, key))
            .withNamespace(namespace(about.getNamespace()))
            .endMetadata()
            .withType(type)
            .withReason(reason.toString())
            .withMessage(
                message.length() <= LONGEST_MESSAGE
                    ? message
                    : message.substring(0, LONGEST_MESSAGE))
            .withInvolvedObject(about)
            .withNewSource(component, instance)
            .withReportingComponent(component)
            .withReportingInstance(instance)
            .withFirstTimestamp(telling.first.toString())
            .withLastTimestamp(now.toString())
            .withCount(telling.count)
            .build());
  }

  /** Name of an Event; a repeated report by the same process gets the same name. */
  private String name(ObjectReference about, String key) {
    String readable =
        about.getName().substring(0, Math.min(LONGEST_NAME, about.getName().length()));
    return "%s.%08x%08x".formatted(readable, key.hashCode(), instance.hashCode());
  }

  private static String namespace(@Nullable String namespace) {
    return namespace == null ? DEFAULT_NAMESPACE : namespace;
  }

  private static <V> Map<String, V> latest() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > REMEMBERED;
      }
    };
  }
}
