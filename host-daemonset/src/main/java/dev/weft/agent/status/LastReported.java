package dev.weft.agent.status;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was reported last of each object, by its UID. It counts as the object's status until the API
 * shows another: the watch reports a write only after a while.
 */
final class LastReported<S> {
  private final Map<String, S> last = new ConcurrentHashMap<>();

  /**
   * The status that the API has, or is about to have.
   *
   * @param shown the status that the watch has brought
   */
  @Nullable S latest(String uid, @Nullable S shown) {
    S reported = last.get(uid);
    return reported == null ? shown : reported;
  }

  /** Notes what is reported now; returns whether it is new. */
  boolean note(String uid, @Nullable S shown, S status) {
    S latest = latest(uid, shown);
    last.put(uid, status);
    return !status.equals(latest);
  }

  /**
   * Whether the API shows what was reported last. If not, what it shows counts from now on: it is
   * older than what was reported, or another client wrote it.
   */
  boolean confirm(String uid, @Nullable S shown) {
    boolean confirmed = Objects.equals(last.get(uid), shown);
    if (!confirmed) {
      last.remove(uid);
    }
    return confirmed;
  }

  /** Forgets an object that is gone. */
  void forget(String uid) {
    last.remove(uid);
  }
}
