package dev.weft.agent.status;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was told last of each object, by its UID. It counts as the object's status until the API
 * shows another, for the watch tells of a write only after a while.
 */
final class LastReported<S> {
  private final Map<String, S> last = new ConcurrentHashMap<>();

  /**
   * The status that the API has, or is about to have.
   *
   * @param shown the status that the watch has brought
   */
  @Nullable S latest(String uid, @Nullable S shown) {
    S told = last.get(uid);
    return told == null ? shown : told;
  }

  /** Takes note of what is told now; returns whether it is news. */
  boolean note(String uid, @Nullable S shown, S status) {
    S latest = latest(uid, shown);
    last.put(uid, status);
    return !status.equals(latest);
  }

  /**
   * Whether the API shows what was told last. If not, what it shows counts from now on: it is older
   * than what was told, or somebody else wrote it.
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
