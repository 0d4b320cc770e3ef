package dev.weft.e2e.net;

import dev.weft.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Sends an echo request every ten milliseconds, load permitting, and records unanswered ones. */
public final class SteadyPing implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(10);

  private final Ping ping;
  private final Duration patience;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger lastAnswered = new AtomicInteger(-1);
  private final Set<Integer> unanswered = ConcurrentHashMap.newKeySet();
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::run);
  private volatile boolean stopping;

  private SteadyPing(Ping ping, Duration patience) {
    this.ping = ping;
    this.patience = patience;
  }

  /**
   * Starts to send.
   *
   * @param patience time limit for the last answers
   */
  public static SteadyPing start(NetworkNamespace from, InetAddress to, Duration patience) {
    SteadyPing steady = new SteadyPing(Ping.open(from, to), patience);
    steady.thread.start();
    return steady;
  }

  /** Number of requests so far. */
  public int sent() {
    return sent.get();
  }

  /** Waits until this many more requests have been sent. */
  public void awaitMore(int requests) {
    int now = sent.get();
    await("echo requests", () -> sent.get() >= now + requests);
  }

  /**
   * Waits until a request sent from now on is answered. Packets keep their order, so earlier ones
   * have arrived by then.
   */
  public void awaitAnswer() {
    int next = sent.get();
    await("an answer", () -> lastAnswered.get() >= next);
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(what + " did not come within two minutes");
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  /** Stops sending; returns the number of unanswered requests. */
  public int stop() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return unanswered.size();
  }

  private void run() {
    while (!stopping) {
      int sequence = sent.getAndIncrement() & 0xffff;
      unanswered.add(sequence);
      ping.send(sequence);
      long next = System.nanoTime() + INTERVAL.toNanos();
      while (System.nanoTime() < next) {
        receive(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
      }
    }
    long end = System.nanoTime() + patience.toNanos();
    while (!unanswered.isEmpty() && System.nanoTime() < end) {
      receive(INTERVAL);
    }
  }

  private void receive(Duration timeout) {
    ping.receive(timeout)
        .ifPresent(sequence -> {
          unanswered.remove(sequence);
          lastAnswered.set(sequence);
        });
  }

  @Override
  public void close() {
    stop();
    ping.close();
  }
}
