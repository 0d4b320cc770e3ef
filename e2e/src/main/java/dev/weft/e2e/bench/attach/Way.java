package dev.weft.e2e.bench.attach;

import java.io.IOException;
import java.util.List;

/** One method of attaching a sandbox to a network. */
interface Way extends AutoCloseable {
  /**
   * Attaches a sandbox and detaches it again.
   *
   * @param round from 0
   * @param counts whether to record the time
   */
  void attach(int round, boolean counts) throws IOException, InterruptedException;

  /** Lines of a table: what was measured, its median, 99th percentile and minimum. */
  List<Times> results();

  @Override
  default void close() {}
}
