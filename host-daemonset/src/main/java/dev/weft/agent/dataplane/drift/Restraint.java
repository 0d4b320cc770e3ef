package dev.weft.agent.dataplane.drift;

import dev.weft.agent.retry.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Delays the repair of repeated changes. A sandbox can take its interface down as often as the
 * agent repairs it. The delay grows until the sandbox stops for a while.
 */
final class Restraint {
  /** Number of changes in a row that are repaired without delay. */
  private static final int FREE = 3;

  private static final Duration QUIET = Duration.ofMinutes(2);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(60));

  private final Map<String, Restless> known = new HashMap<>();
  private final int free;
  private final Backoff backoff;

  Restraint() {
    this(FREE, BACKOFF);
  }

  /**
   * Starts without known changes.
   *
   * @param free number of changes in a row without delay
   */
  Restraint(int free, Backoff backoff) {
    this.free = free;
    this.backoff = backoff;
  }

  private record Restless(int times, Instant last) {}

  /** Returns the delay for this change of {@code subject}. */
  Duration delay(String subject, Instant now) {
    known.values().removeIf(each -> each.last.plus(QUIET).isBefore(now));
    Restless before = known.get(subject);
    int times = before == null ? 1 : before.times + 1;
    known.put(subject, new Restless(times, now));
    return times <= free ? Duration.ZERO : backoff.delay(times - free);
  }
}
