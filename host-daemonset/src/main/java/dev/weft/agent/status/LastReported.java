package dev.weft.agent.status;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Last reported status of each object, by its UID. It counts as the object's status until the API
 * shows another, because the watch delivers a write only after a while.
 */
final class LastReported<S> {
  private final Map<String, S> last = new ConcurrentHashMap<>();

  /**
   * Status that the API has, or is about to have.
   *
   * @param shown status from the watch
   */
  @Nullable S latest(String uid, @Nullable S shown) {
    S reported = last.get(uid);
    return reported == null ? shown : reported;
  }

  /** Records the reported status; returns whether it differs from the latest. */
  boolean note(String uid, @Nullable S shown, S status) {
    S latest = latest(uid, shown);
    last.put(uid, status);
    return !status.equals(latest);
  }

  /**
   * Whether the API shows the status reported last. If not, the shown status counts from now on: it
   * is older, or another client wrote it.
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
