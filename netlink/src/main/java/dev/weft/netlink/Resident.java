package dev.weft.netlink;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A platform thread that runs tasks in sequence until it is closed.
 *
 * <p>It signals by monitors, because the JVM has a thread of its own that resumes virtual threads
 * from a monitor. A lock resumes them on the signalling thread. If the scheduler then lacks a
 * carrier, it starts one there, and the carrier inherits the namespace for good.
 */
final class Resident implements AutoCloseable {
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final Thread thread = Thread.ofPlatform().name("namespace").daemon().start(this::live);
  private boolean closed;

  <T extends @Nullable Object, X extends Exception> T call(NetworkNamespace.Task<T, X> task)
      throws X {
    Inside<T> inside = new Inside<>(task);
    Ended ended = new Ended();
    add(() -> {
      inside.run();
      ended.signal();
    });
    Inside.await(thread, ended::await);
    return inside.outcome();
  }

  private static final class Ended {
    private boolean over;

    synchronized void signal() {
      over = true;
      notifyAll();
    }

    synchronized void await() throws InterruptedException {
      while (!over) {
        wait();
      }
    }
  }

  private synchronized void add(Runnable task) {
    if (closed) {
      throw new IllegalStateException("the namespace is closed");
    }
    tasks.add(task);
    notifyAll();
  }

  private void live() {
    while (true) {
      try {
        Optional<Runnable> task = next();
        if (task.isEmpty()) {
          return;
        }
        task.get().run();
      } catch (InterruptedException _) {
        // the interrupt was meant for a task that has already ended
      }
    }
  }

  /** The next task; empty after the last one. */
  private synchronized Optional<Runnable> next() throws InterruptedException {
    while (tasks.isEmpty() && !closed) {
      wait();
    }
    return Optional.ofNullable(tasks.poll());
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
