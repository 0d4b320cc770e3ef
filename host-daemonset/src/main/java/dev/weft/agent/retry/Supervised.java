package dev.weft.agent.retry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A long-lived thread that restarts its task after a failure. Each failure is logged with its cause
 * and counted; the wait before the next run grows to {@link #BACKOFF}'s bound. A thread is a {@link
 * #problems problem} after {@link #MOST} failures without a run of {@link #SOUND} between them, or
 * after a failure that leaves the process itself in doubt.
 *
 * <p>Kept for the whole process, as threads are.
 */
public final class Supervised {
  private static final Logger LOG = LoggerFactory.getLogger(Supervised.class);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  /** A run of this length ends a series of failures. */
  private static final Duration SOUND = Duration.ofMinutes(1);

  /** Failures in a row that make a thread a problem, after about ten seconds. */
  private static final int MOST = 6;

  private static final Set<Supervised> ALL = ConcurrentHashMap.newKeySet();
  private static final Map<String, LongAdder> FAILURES = new ConcurrentSkipListMap<>();
  private static final Map<String, String> BROKEN = new ConcurrentSkipListMap<>();

  private final String name;
  private final Task task;
  private final Thread thread;
  private volatile int failures;
  private volatile String last = "";

  /** Task of a thread. */
  @FunctionalInterface
  public interface Task {
    /**
     * Works until it is asked to end, then returns.
     *
     * @throws InterruptedException if it was interrupted, which ends it as well
     */
    void run() throws InterruptedException;
  }

  private Supervised(String name, Thread.Builder builder, Task task) {
    this.name = name;
    this.task = task;
    this.thread = builder.name(name).unstarted(this::live);
  }

  /** Starts {@code task} on a thread built by {@code builder} with this name. */
  public static Thread start(Thread.Builder builder, String name, Task task) {
    Supervised it = new Supervised(name, builder, task);
    FAILURES.computeIfAbsent(name, _ -> new LongAdder());
    ALL.add(it);
    try {
      it.thread.start();
    } catch (Throwable e) {
      ALL.remove(it);
      throw e;
    }
    return it.thread;
  }

  /** Starts {@code task} on a virtual thread with this name. */
  public static Thread start(String name, Task task) {
    return start(Thread.ofVirtual(), name, task);
  }

  /**
   * Runs a short task of a periodic series. A failure is logged and counted, and does not stop the
   * series.
   */
  public static void run(String name, Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      failed(name, e);
    }
  }

  /** Reports uncaught exceptions of all threads of the process. */
  public static void catchUncaught() {
    Thread.setDefaultUncaughtExceptionHandler((_, e) -> failed("other", e));
  }

  /** Reports the failure of a vital part that nothing retries. */
  public static void broken(String name, Throwable cause) {
    LOG.atError().addKeyValue("part", name).setCause(cause).log("failed and is not tried again");
    BROKEN.put(name, name + " failed: " + cause);
  }

  /** Reasons why this process needs a restart; empty if it works. */
  public static List<String> problems() {
    Map<String, String> problems = new TreeMap<>(BROKEN);
    ALL.forEach(each -> each.problem().ifPresent(it -> problems.put(each.name, it)));
    return List.copyOf(problems.values());
  }

  /** How often each thread has failed so far, by name. */
  public static Map<String, Long> failures() {
    Map<String, Long> counts = new TreeMap<>();
    FAILURES.forEach((name, count) -> counts.put(name, count.sum()));
    return counts;
  }

  private Optional<String> problem() {
    if (!thread.isAlive() && thread.getState() != Thread.State.NEW) {
      return Optional.of("the thread %s has ended: %s".formatted(name, last));
    }
    return failures < MOST
        ? Optional.empty()
        : Optional.of(
            "the thread %s has failed %d times in a row: %s".formatted(name, failures, last));
  }

  private void live() {
    boolean again = true;
    while (again) {
      long start = System.nanoTime();
      try {
        task.run();
        again = false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        again = false;
      } catch (Throwable e) {
        again = note(start, e);
      }
    }
    ALL.remove(this);
  }

  /** Records a failure and waits; returns whether to run again. */
  private boolean note(long start, Throwable e) {
    boolean wasSound = System.nanoTime() - start > SOUND.toNanos();
    int inRow = wasSound ? 1 : failures + 1;
    last = e.toString();
    failures = inRow;
    failed(name, e);
    try {
      Thread.sleep(BACKOFF.delay(inRow));
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Never throws: without memory, reporting may fail as well. */
  private static void failed(String name, Throwable e) {
    if (isFatal(e)) {
      attempt(() -> BROKEN.put(name, "the thread %s met %s".formatted(name, e)));
    }
    attempt(() -> {
      FAILURES.computeIfAbsent(name, _ -> new LongAdder()).increment();
      return name;
    });
    attempt(() -> {
      LOG.atError().addKeyValue("thread", name).setCause(e).log("a thread failed and continues");
      return name;
    });
  }

  private static void attempt(Supplier<?> report) {
    try {
      Object _ = report.get();
    } catch (OutOfMemoryError _) {
      // the next report may succeed
    }
  }

  /** Whether the process itself is in doubt: without memory or a class, work may be half done. */
  private static boolean isFatal(Throwable e) {
    return (e instanceof VirtualMachineError && !(e instanceof StackOverflowError))
        || e instanceof LinkageError;
  }
}
