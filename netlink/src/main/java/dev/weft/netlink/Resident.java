package dev.weft.netlink;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A platform thread that runs tasks in sequence until it is closed. */
final class Resident implements AutoCloseable {
  /** An empty element ends the thread. */
  private final LinkedBlockingQueue<Optional<Runnable>> tasks = new LinkedBlockingQueue<>();

  private final Thread thread = Thread.ofPlatform().name("namespace").daemon().start(this::live);
  private boolean closed;

  <T extends @Nullable Object, X extends Exception> T call(NetworkNamespace.Task<T, X> task)
      throws X {
    Inside<T> inside = new Inside<>(task);
    CountDownLatch done = new CountDownLatch(1);
    add(() -> {
      inside.run();
      done.countDown();
    });
    Inside.await(thread, done::await);
    return inside.outcome();
  }

  private synchronized void add(Runnable task) {
    if (closed) {
      throw new IllegalStateException("the namespace is closed");
    }
    tasks.add(Optional.of(task));
  }

  private void live() {
    while (true) {
      try {
        Optional<Runnable> task = tasks.take();
        if (task.isEmpty()) {
          return;
        }
        task.get().run();
      } catch (InterruptedException _) {
        // the interrupt was meant for a task that has already ended
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    tasks.add(Optional.empty());
  }
}
