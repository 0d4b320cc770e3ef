package dev.weft.agent.dataplane.drift;

import dev.weft.agent.retry.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * How long a repeated change waits for its repair. A sandbox can take its interface down as often
 * as it is repaired; the node looks at it ever more rarely, until it is quiet for a while.
 */
final class Restraint {
  /** What may happen in a row before anything waits. */
  private static final int FREE = 3;

  private static final Duration QUIET = Duration.ofMinutes(2);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(60));

  private final Map<String, Restless> known = new HashMap<>();

  private record Restless(int times, Instant last) {}

  /** The wait for what {@code subject} does now. */
  Duration delay(String subject, Instant now) {
    known.values().removeIf(each -> each.last.plus(QUIET).isBefore(now));
    Restless before = known.get(subject);
    int times = before == null ? 1 : before.times + 1;
    known.put(subject, new Restless(times, now));
    return times <= FREE ? Duration.ZERO : BACKOFF.delay(times - FREE);
  }
}
