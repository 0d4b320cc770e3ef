package dev.weft.netlink.wire;

import java.util.concurrent.atomic.LongAdder;

/** Counts what this process asked of the kernel so far: requests, their duration, refusals. */
public final class Counters {
  public static final LongAdder MESSAGES = new LongAdder();
  public static final LongAdder DUMPS = new LongAdder();
  public static final LongAdder NANOS = new LongAdder();
  public static final LongAdder ERRORS = new LongAdder();

  private Counters() {}
}
