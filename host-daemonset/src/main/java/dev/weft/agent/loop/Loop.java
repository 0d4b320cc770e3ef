package dev.weft.agent.loop;

import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that works off what changed. All that is asked for while it works is one next pass;
 * when nothing is asked for it rests. A network that could not be brought to its wish is asked for
 * again by itself, ever more rarely.
 */
public final class Loop implements AutoCloseable {
  /** Stands for all networks in what {@link Work#run} returns. */
  public static final String EVERYTHING = "";

  /** Stands for the keys of encrypted networks in what {@link Work#run} returns. */
  public static final String KEYS = "*keys";

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30));
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final Timer timer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private final Map<String, Integer> failures = new HashMap<>();
  private Changes next = Changes.NONE;
  private List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private int crashes;
  private volatile @Nullable String failure;
  private boolean closed;
  private final Thread thread = Thread.ofPlatform().name("loop").daemon(true).unstarted(this::run);
  private Work work = (changes, done) -> Set.of();

  /** One pass. */
  @FunctionalInterface
  public interface Work {
    /**
     * Works off {@code changes}.
     *
     * @param done to be called once nothing is left to do that those who asked wait for; else they
     *     wait until this returns
     * @return networks to try again
     */
    Set<String> run(Changes changes, Runnable done);

    /** {@link #run} of these changes threw {@code why}; it is tried again. */
    default void failed(Changes changes, RuntimeException why) {}
  }

  /** A loop that rests until {@link #start}. */
  public Loop(Timer timer) {
    this.timer = timer;
  }

  /** Begins to work; what was asked for before is not forgotten. */
  public void start(Work passes) {
    work = passes;
    thread.start();
  }

  /** Asks for a pass that looks at {@code changes}. */
  public void ask(Changes changes) {
    CompletableFuture<Void> _ = request(changes);
  }

  /**
   * Asks for a pass that looks at {@code changes}.
   *
   * @return completes when such a pass, begun after this call, is done
   */
  public CompletableFuture<Void> request(Changes changes) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lock.lock();
    try {
      next = next.and(changes);
      waiting.add(done);
      asked.signal();
    } finally {
      lock.unlock();
    }
    return done;
  }

  /** Why the last pass threw; empty if it did not. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Ends after the pass that goes on; what was asked for meanwhile is not worked off. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      asked.signal();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.join(FAREWELL) && thread.isAlive()) {
        LOG.atWarn().log("the last pass has not ended within {}", FAREWELL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalThreadStateException e) {
      LOG.atDebug().log("closed before it was started");
    }
  }

  private void run() {
    try {
      while (true) {
        Batch batch = take();
        if (batch == null) {
          return;
        }
        pass(batch.changes, batch::done);
        batch.done();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Batch(Changes changes, List<CompletableFuture<Void>> waiting) {
    void done() {
      waiting.forEach(each -> each.complete(null));
    }
  }

  private @Nullable Batch take() throws InterruptedException {
    lock.lock();
    try {
      while (next.isEmpty() && !closed) {
        asked.await();
      }
      if (closed) {
        return null;
      }
      Batch batch = new Batch(next, waiting);
      next = Changes.NONE;
      waiting = new ArrayList<>();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void pass(Changes changes, Runnable done) {
    try {
      Set<String> again = work.run(changes, done);
      crashes = 0;
      failure = null;
      failures
          .keySet()
          .removeIf(each -> (changes.touches(each) || each.equals(KEYS)) && !again.contains(each));
      for (String network : again) {
        retry(
            switch (network) {
              case EVERYTHING -> Changes.ALL;
              case KEYS -> Changes.KEYS;
              default -> Changes.network(network);
            },
            failures.merge(network, 1, Integer::sum));
      }
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a pass failed and is tried again");
      failure = String.valueOf(e.getMessage());
      tellFailed(changes, e);
      retry(changes, ++crashes);
    }
  }

  private void tellFailed(Changes changes, RuntimeException why) {
    try {
      work.failed(changes, why);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the failure of a pass could not be reported");
    }
  }

  private void retry(Changes changes, int attempts) {
    timer.after(BACKOFF.delay(attempts), () -> ask(changes));
  }
}
