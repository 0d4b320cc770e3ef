package dev.weft.agent.dataplane;

import dev.weft.netlink.Monitor;
import dev.weft.netlink.Notification;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Listens to the kernel and tells of drift, once for each thing until it is reconciled. */
final class DriftWatch implements AutoCloseable {
  private final Monitor monitor;
  private final Function<Notification, Optional<DriftEvent>> judge;
  private final Consumer<DriftEvent> listener;
  private final Set<Dirty> told = ConcurrentHashMap.newKeySet();
  private final Thread thread;

  DriftWatch(
      Kernel kernel,
      Function<Notification, Optional<DriftEvent>> judge,
      Consumer<DriftEvent> listener) {
    monitor = Monitor.open(kernel.namespace());
    this.judge = judge;
    this.listener = listener;
    thread = Thread.ofPlatform().daemon().name("weft-drift").start(this::listen);
  }

  /** What has been told may be told again: a reconcile looks at it from now on. */
  void forgive() {
    told.clear();
  }

  private void listen() {
    for (Optional<Notification> next = monitor.next(); next.isPresent(); next = monitor.next()) {
      judge.apply(next.get()).filter(event -> told.add(event.dirty())).ifPresent(listener);
    }
  }

  @Override
  public void close() {
    monitor.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
