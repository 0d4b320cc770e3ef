package dev.weft.agent.loop;

import dev.weft.agent.dataplane.spec.PassScope;
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
 * One thread that processes changes. Requests that arrive during a pass are merged into one next
 * pass; without requests the thread sleeps. Failed scopes are requested again, each by itself, with
 * back-off.
 */
public final class Loop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30));
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  /**
   * A pass sends no requests to the API server and takes seconds on the largest nodes. A pass that
   * takes this long hangs.
   */
  static final Duration LONGEST = Duration.ofMinutes(2);

  private final String name;
  private final Timer timer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private final Map<PassScope, Integer> failures = new HashMap<>();
  private PassScope next = PassScope.NOTHING;
  private List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private PassScope failed = PassScope.NOTHING;
  private boolean due;
  private int crashes;
  private boolean closed;
  private volatile @Nullable Thread thread;
  private volatile @Nullable String trouble;
  private volatile long busySince;
  private volatile boolean busy;
  private final CompletableFuture<Void> worked = new CompletableFuture<>();
  private Work work = (scope, done) -> Set.of();

  /** One pass. */
  @FunctionalInterface
  public interface Work {
    /**
     * Processes {@code scope}.
     *
     * @param done to be called as soon as callers need not wait any longer; else they wait until
     *     this returns
     * @return scopes to try again, each by itself
     */
    Set<PassScope> run(PassScope scope, Runnable done);

    /** {@link #run} of this scope threw {@code why}; it is tried again. */
    default void failed(PassScope scope, RuntimeException why) {}
  }

  /** A loop with this name that sleeps until {@link #start}. */
  public Loop(String name, Timer timer) {
    this.name = name;
    this.timer = timer;
  }

  /** Starts to work, first on the requests so far. */
  public void start(Work passes) {
    work = passes;
    thread = Supervised.start(Thread.ofPlatform().daemon(true), name, this::run);
  }

  /** Completes with the first successful pass after which no earlier failure is left. */
  public CompletableFuture<Void> worked() {
    return worked.copy();
  }

  /** Why the last pass failed as a whole; empty after a successful pass over the same changes. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Report of a hanging pass; empty if none hangs. */
  public Optional<String> hang() {
    Duration since = Duration.ofNanos(System.nanoTime() - busySince);
    return busy && since.compareTo(LONGEST) > 0
        ? Optional.of("a pass of %s has hung for %d s".formatted(name, since.toSeconds()))
        : Optional.empty();
  }

  /** Requests a pass over {@code scope}. */
  public void ask(PassScope scope) {
    CompletableFuture<Void> _ = request(scope);
  }

  /**
   * Requests a pass over {@code scope}.
   *
   * @return completes when such a pass, begun after this call, is done
   */
  public CompletableFuture<Void> request(PassScope scope) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lock.lock();
    try {
      next = next.and(scope);
      waiting.add(done);
      asked.signal();
    } finally {
      lock.unlock();
    }
    return done;
  }

  /** Ends after the current pass, and drops later requests. */
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
   * The work of one pass.
   *
   * @param whole whether it contains everything that an earlier pass failed at
   */
  private record Batch(PassScope scope, boolean whole, List<CompletableFuture<Void>> waiting) {
    void done() {
      waiting.forEach(each -> each.complete(null));
    }
  }

  private @Nullable Batch take() throws InterruptedException {
    lock.lock();
    try {
      while (next.equals(PassScope.NOTHING) && !closed) {
        asked.await();
      }
      if (closed) {
        return null;
      }
      Batch batch = new Batch(next, due || failed.equals(PassScope.NOTHING), waiting);
      due = false;
      next = PassScope.NOTHING;
      waiting = new ArrayList<>();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void pass(Batch batch) {
    PassScope scope = batch.scope;
    try {
      Set<PassScope> again = work.run(scope, batch::done);
      if (batch.whole) {
        recovered();
      }
      failures.keySet().removeIf(each -> wasTried(each, scope) && !again.contains(each));
      again.forEach(each -> retry(each, failures.merge(each, 1, Integer::sum)));
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a pass failed; the agent tries again");
      note(scope, e);
      tellFailed(scope, e);
    } catch (Error e) {
      note(scope, e);
      throw e;
    }
  }

  /** Whether a pass over {@code scope} repeated the failed work; every pass handles the keys. */
  private static boolean wasTried(PassScope failed, PassScope scope) {
    return switch (failed) {
      case PassScope.Everything _ -> scope.equals(PassScope.EVERYTHING);
      case PassScope.Part part -> part.hasKeys() || part.names().stream().anyMatch(scope::touches);
    };
  }

  private void recovered() {
    lock.lock();
    try {
      failed = PassScope.NOTHING;
      crashes = 0;
      trouble = null;
    } finally {
      lock.unlock();
    }
    worked.complete(null);
  }

  /** Records the failure of a whole pass: it schedules a repetition, while other requests go on. */
  private void note(PassScope scope, Throwable e) {
    int attempts;
    lock.lock();
    try {
      failed = failed.and(scope);
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

  private void tellFailed(PassScope scope, RuntimeException why) {
    try {
      work.failed(scope, why);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("the failure of a pass could not be reported");
    }
  }

  private void retry(PassScope scope, int attempts) {
    timer.after(BACKOFF.delay(attempts), () -> ask(scope));
  }
}
