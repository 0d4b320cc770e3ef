package dev.weft.agent.loop;

import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.retry.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

  /**
   * A pass asks the API server nothing and takes seconds on the largest of nodes; one that takes so
   * long hangs.
   */
  static final Duration LONGEST = Duration.ofMinutes(2);

  private final String name;
  private final Timer timer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private final Map<String, Integer> failures = new HashMap<>();
  private Changes next = Changes.NONE;
  private List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private Changes failed = Changes.NONE;
  private boolean due;
  private int crashes;
  private boolean closed;
  private volatile @Nullable Thread thread;
  private volatile @Nullable String trouble;
  private volatile long busySince;
  private volatile boolean busy;
  private final CompletableFuture<Void> worked = new CompletableFuture<>();
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

  /** A loop of this name that rests until {@link #start}. */
  public Loop(String name, Timer timer) {
    this.name = name;
    this.timer = timer;
  }

  /** Begins to work; what was asked for before is not forgotten. */
  public void start(Work passes) {
    work = passes;
    thread = Supervised.start(Thread.ofPlatform().daemon(true), name, this::run);
  }

  /** Completes with the first pass that did not throw, when nothing of a failed one is left. */
  public CompletableFuture<Void> worked() {
    return worked.copy();
  }

  /** Why the last pass failed as a whole; empty once the same changes have passed. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** That a pass hangs; empty: none does. */
  public Optional<String> hang() {
    Duration since = Duration.ofNanos(System.nanoTime() - busySince);
    return busy && since.compareTo(LONGEST) > 0
        ? Optional.of("a pass of %s hangs since %d s".formatted(name, since.toSeconds()))
        : Optional.empty();
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
    Thread working = thread;
    try {
      if (working != null && !working.join(FAREWELL)) {
        LOG.atWarn().log("the last pass has not ended within {}", FAREWELL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() throws InterruptedException {
    for (Batch batch = take(); batch != null; batch = take()) {
      busySince = System.nanoTime();
      busy = true;
      try {
        pass(batch);
      } finally {
        busy = false;
        batch.done();
      }
    }
  }

  /**
   * What a pass works off.
   *
   * @param whole whether all is in it that an earlier pass failed at
   */
  private record Batch(Changes changes, boolean whole, List<CompletableFuture<Void>> waiting) {
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
      Batch batch = new Batch(next, due || failed.isEmpty(), waiting);
      due = false;
      next = Changes.NONE;
      waiting = new ArrayList<>();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void pass(Batch batch) {
    Changes changes = batch.changes;
    try {
      Set<String> again = work.run(changes, batch::done);
      if (batch.whole) {
        recovered();
      }
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
      note(changes, e);
      tellFailed(changes, e);
    } catch (Error e) {
      note(changes, e);
      throw e;
    }
  }

  private void recovered() {
    lock.lock();
    try {
      failed = Changes.NONE;
      crashes = 0;
      trouble = null;
    } finally {
      lock.unlock();
    }
    worked.complete(null);
  }

  /** A pass failed as a whole: what it was about is tried again alone, and others go on. */
  private void note(Changes changes, Throwable e) {
    int attempts;
    lock.lock();
    try {
      failed = failed.and(changes);
      attempts = ++crashes;
      trouble =
          "the last pass of %s failed at %s: %s"
              .formatted(name, Instant.now().truncatedTo(ChronoUnit.SECONDS), e);
    } finally {
      lock.unlock();
    }
    timer.after(BACKOFF.delay(attempts), this::retryFailed);
  }

  private void retryFailed() {
    lock.lock();
    try {
      next = next.and(failed);
      due = true;
      asked.signal();
    } finally {
      lock.unlock();
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
