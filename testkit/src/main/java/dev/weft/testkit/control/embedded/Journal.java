package dev.weft.testkit.control.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The latest changes in order, with their watches. Guarded by its {@link ObjectStore}. */
final class Journal {
  private static final int KEPT = 20_000;

  private final Deque<Event> events = new ArrayDeque<>();
  private final List<Watch> watches = new ArrayList<>();
  private long version;
  private long forgotten;

  /**
   * One change.
   *
   * @param version the object's version after it
   * @param previous the object before it; null for a creation
   * @param object the object after it, or its last state
   */
  record Event(
      long version,
      ResourceType type,
      @Nullable ObjectNode previous,
      ObjectNode object,
      boolean deletion) {}

  /** Listens to the changes of a collection. */
  record Watch(
      ResourceType type, @Nullable String namespace, Selector selector, Consumer<ObjectNode> sink) {

    void send(String kind, ObjectNode object) {
      ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", kind);
      event.set("object", object);
      sink.accept(event);
    }

    /**
     * An object that a change moves into or out of the selection is reported as added or deleted.
     */
    private void offer(Event event) {
      if (!event.type().qualifiedPlural().equals(type.qualifiedPlural())
          || !event.type().version().equals(type.version())) {
        return;
      }
      ObjectNode previous = event.previous();
      boolean before = previous != null && selects(previous);
      boolean after = !event.deletion() && selects(event.object());
      if (after) {
        send(before ? "MODIFIED" : "ADDED", event.object());
      } else if (before) {
        send("DELETED", event.object());
      }
    }

    private boolean selects(ObjectNode object) {
      return selector.test(object)
          && (namespace == null
              || namespace.equals(object.path("metadata").path("namespace").asText()));
    }
  }

  long version() {
    return version;
  }

  long nextVersion() {
    return ++version;
  }

  void record(Event event) {
    events.addLast(event);
    if (events.size() > KEPT) {
      forgotten = events.removeFirst().version();
    }
    List.copyOf(watches).forEach(watch -> watch.offer(event));
  }

  /** Reports all changes after a version, past and future. */
  void follow(Watch watch, long after) {
    if (after < forgotten) {
      throw ApiError.expired(after);
    }
    events.stream().filter(event -> event.version() > after).forEach(watch::offer);
    watches.add(watch);
  }

  void unfollow(Watch watch) {
    watches.remove(watch);
  }
}
