package dev.weft.e2e.cluster;

import dev.weft.e2e.net.Ping;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An echo request each ten milliseconds until it is stopped, and which of them went unanswered. */
final class RunningPing implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(10);
  private static final Duration LAST_ANSWER = Duration.ofSeconds(3);

  private final Ping ping;
  private final Set<Integer> unanswered = ConcurrentHashMap.newKeySet();
  private final Thread sender = Thread.ofPlatform().daemon().unstarted(this::run);
  private volatile boolean stopping;

  private RunningPing(Ping ping) {
    this.ping = ping;
  }

  static RunningPing start(Sandboxes sandboxes, String from, String to, String network) {
    RunningPing running =
        new RunningPing(Ping.open(sandboxes.of(from), sandboxes.address(to, network)));
    running.sender.start();
    return running;
  }

  /** Ends it. How many requests were not answered. */
  int stop() {
    stopping = true;
    try {
      sender.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return unanswered.size();
  }

  private void run() {
    for (int sequence = 0; !stopping; sequence = (sequence + 1) & 0xffff) {
      unanswered.add(sequence);
      ping.send(sequence);
      long next = System.nanoTime() + INTERVAL.toNanos();
      while (System.nanoTime() < next) {
        receive(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      }
    }
    long end = System.nanoTime() + LAST_ANSWER.toNanos();
    while (!unanswered.isEmpty() && System.nanoTime() < end) {
      receive(INTERVAL);
    }
  }

  private void receive(Duration timeout) {
    Optional<Integer> answer = ping.receive(timeout);
    answer.ifPresent(unanswered::remove);
  }

  @Override
  public void close() {
    stop();
    ping.close();
  }
}
