package dev.weft.netlink.wire;

import java.util.concurrent.atomic.LongAdder;

/** What this process has asked of the kernel so far, how long that took, how often it refused. */
public final class Counters {
  public static final LongAdder MESSAGES = new LongAdder();
  public static final LongAdder DUMPS = new LongAdder();
  public static final LongAdder NANOS = new LongAdder();
  public static final LongAdder ERRORS = new LongAdder();

  private Counters() {}
}
