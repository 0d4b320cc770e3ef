package dev.weft.agent.retry;

import java.time.Duration;

/**
 * How long to wait before trying again.
 *
 * @param first after the first failure; doubled with each further one
 * @param most never longer than this
 */
public record Backoff(Duration first, Duration most) {
  private static final int DOUBLINGS = 20;

  /**
   * The wait after so many failures in a row.
   *
   * @param failures at least 1
   */
  public Duration delay(int failures) {
    Duration doubled = first.multipliedBy(1L << Math.clamp(failures - 1L, 0, DOUBLINGS));
    return doubled.compareTo(most) < 0 ? doubled : most;
  }
}
