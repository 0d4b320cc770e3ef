package dev.weft.agent.retry;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that starts delayed tasks. Each task runs on a thread of its own, and may block. */
public final class Timer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Timer.class);

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("timer").daemon(true).factory());

  /** Runs {@code task} once, after {@code delay}. */
  public void after(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> _ =
          executor.schedule(() -> begin(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.atDebug().log("nothing is begun any more");
    }
  }

  /** Runs {@code task} at once, then every {@code period}. */
  public void every(Duration period, Runnable task) {
    ScheduledFuture<?> _ =
        executor.scheduleAtFixedRate(
            () -> begin(task), 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** Never throws: the executor would stop a series at its first failure. */
  private static void begin(Runnable task) {
    Supervised.run(
        "timer", () -> Thread.ofVirtual().name("timed").start(() -> Supervised.run("timed", task)));
  }
}
