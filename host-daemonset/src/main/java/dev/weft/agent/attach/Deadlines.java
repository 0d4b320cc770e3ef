package dev.weft.agent.attach;

import java.time.Duration;

/**
 * Time limits of the parts of an attachment. Container runtimes grant a plugin two seconds per
 * call, and then start the pod without it. Each part ends before the one that waits for it.
 */
public final class Deadlines {
  /** The agent answers the runtime within this time, even if an attempt hangs. */
  public static final Duration ANSWER = Duration.ofMillis(1650);

  /** Limit of an attempt: claim and wiring together. */
  public static final Duration ATTEMPT = Duration.ofMillis(1500);

  /** Limit of a sandbox's wait for services; it balances later ones as soon as they are known. */
  public static final Duration SERVICES = Duration.ofMillis(700);

  private Deadlines() {}
}
