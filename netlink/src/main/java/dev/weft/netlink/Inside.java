package dev.weft.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A task for a thread that enters a network namespace. The kernel keeps the namespace per thread,
 * so such a thread runs no other code and ends with the task.
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

  /** Blocks until a worker has finished something. */
  @FunctionalInterface
  interface Wait {
    void run() throws InterruptedException;
  }

  /** Waits until {@code wait} returns; passes an interrupt of the caller on to the worker. */
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

  /** Result of the ended task, or the exception that it threw. */
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
