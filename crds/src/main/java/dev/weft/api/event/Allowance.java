package dev.weft.api.event;

import java.time.Duration;
import java.time.Instant;

/**
 * Rate limit of Events about one object: a burst of ten, then one per minute.
 *
 * @param left Events left at {@code since}
 */
record Allowance(int left, Instant since) {
  static final int AT_ONCE = 10;
  static final Duration ONE_MORE = Duration.ofMinutes(1);

  static Allowance full(Instant now) {
    return new Allowance(AT_ONCE, now);
  }

  /** Allowance at {@code now}; full if the clock was set back. */
  Allowance at(Instant now) {
    if (now.isBefore(since)) {
      return full(now);
    }
    long grown = Duration.between(since, now).dividedBy(ONE_MORE);
    return left + grown >= AT_ONCE
        ? full(now)
        : new Allowance((int) (left + grown), since.plus(ONE_MORE.multipliedBy(grown)));
  }

  boolean isEmpty() {
    return left <= 0;
  }

  Allowance less() {
    return new Allowance(left - 1, since);
  }
}
