package dev.weft.agent.attach;

import java.time.Duration;

/**
 * How long the parts of an attachment may take. Container runtimes grant a plugin two seconds for a
 * call, and then start the pod without it: each part ends before the one that waits for it.
 */
public final class Deadlines {
  /** The runtime has its answer by then, also while an attempt hangs. */
  public static final Duration ANSWER = Duration.ofMillis(1650);

  /** An attempt ends by then: claim and wiring together. */
  public static final Duration ATTEMPT = Duration.ofMillis(1500);

  /** A sandbox waits no longer for services, which it balances later, as soon as they are known. */
  public static final Duration SERVICES = Duration.ofMillis(700);

  private Deadlines() {}
}
