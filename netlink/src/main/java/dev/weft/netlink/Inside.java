package dev.weft.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A task on a platform thread of its own. The kernel keeps a namespace for each of its threads, so
 * a thread that has changed it must serve nobody else: it ends with the task.
 */
final class Inside<T extends @Nullable Object> implements Runnable {
  private final NetworkNamespace.Task<T, ?> task;
  private @Nullable T result;
  private @Nullable Throwable failure;

  Inside(NetworkNamespace.Task<T, ?> task) {
    this.task = task;
  }

  static <T extends @Nullable Object, X extends Exception> T freshThread(
      NetworkNamespace.Task<T, X> task) throws X {
    var inside = new Inside<>(task);
    Thread thread = Thread.ofPlatform().name("namespace").start(inside);
    await(thread, thread::join);
    return inside.outcome();
  }

  /** Until a worker has done something. */
  @FunctionalInterface
  interface Wait {
    void run() throws InterruptedException;
  }

  /** Waits to the end; an interrupt is passed on to the worker. */
  static void await(Thread worker, Wait wait) {
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        wait.run();
        done = true;
      } catch (InterruptedException _) {
        interrupted = true;
        worker.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What came of the task, which has ended. */
  @SuppressWarnings({"unchecked", "NullAway"})
  <X extends Exception> T outcome() throws X {
    return switch (failure) {
      case null -> result;
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable e -> throw (X) e;
    };
  }

  @Override
  public void run() {
    try {
      result = task.run();
    } catch (Throwable e) {
      failure = e;
    }
  }
}
