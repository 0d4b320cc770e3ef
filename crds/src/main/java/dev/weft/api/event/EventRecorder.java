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
 * What Events have reported. The same thing reported again is the same Event with a higher count,
 * so a failure that repeats is one line in {@code kubectl describe}. {@link Allowance} bounds the
 * Events of one object, whatever they report. What was withheld is in the next count.
 */
public final class EventRecorder {
  /** Events about objects without a namespace live in this one. */
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
   * A recorder with nothing in it.
   *
   * @param component which program reports
   * @param instance which of its processes, such as the node's name
   */
  public EventRecorder(String component, String instance, Clock clock) {
    this.component = component;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * The Event by which something that was done is reported; empty if the object has enough Events.
   */
  public Optional<Event> normal(ObjectReference about, Reason reason, String message) {
    return report("Normal", about, reason, message);
  }

  /**
   * The Event by which something that needs a look is reported; empty if the object has enough
   * Events.
   */
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

  /** The same for the same thing, reported by the same process. */
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
