package dev.weft.e2e.lab;

import java.util.concurrent.atomic.AtomicInteger;

/** Names of labs that no other JVM uses. */
public final class Labs {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private Labs() {}

  /** A new name. */
  public static String name() {
    return "t%d-%d".formatted(ProcessHandle.current().pid(), COUNT.incrementAndGet());
  }
}
