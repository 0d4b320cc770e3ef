package dev.weft.agent.retry;

import java.time.Duration;

/**
 * Waiting time before a retry.
 *
 * @param first wait after the first failure; doubled with each further one
 * @param most upper bound
 */
public record Backoff(Duration first, Duration most) {
  private static final int DOUBLINGS = 20;

  /**
   * The delay after this many failures in a row.
   *
   * @param failures at least 1
   */
  public Duration delay(int failures) {
    Duration doubled = first.multipliedBy(1L << Math.clamp(failures - 1L, 0, DOUBLINGS));
    return doubled.compareTo(most) < 0 ? doubled : most;
  }
}
