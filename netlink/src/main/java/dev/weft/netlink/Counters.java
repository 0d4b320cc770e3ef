package dev.weft.netlink;

import java.util.concurrent.atomic.LongAdder;

/** What this process has asked of the kernel so far, how long that took, how often it refused. */
final class Counters {
  static final LongAdder MESSAGES = new LongAdder();
  static final LongAdder DUMPS = new LongAdder();
  static final LongAdder NANOS = new LongAdder();
  static final LongAdder ERRORS = new LongAdder();

  private Counters() {}
}
