package dev.weft.e2e.kubelet;

import dev.weft.e2e.lab.JavaProgram;
import dev.weft.e2e.lab.KubeletLab;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Kills one random agent after the other with SIGKILL, and restarts each at once. */
final class AgentKiller implements AutoCloseable {
  private static final Duration LEAST = Duration.ofSeconds(2);
  private static final Duration MOST = Duration.ofSeconds(12);

  private final KubeletLab lab;
  private final Random random;
  private final AtomicInteger kills = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  private AgentKiller(KubeletLab lab, long seed) {
    this.lab = lab;
    this.random = new Random(seed);
    this.thread = Thread.ofPlatform().daemon().name("agent killer").unstarted(this::run);
  }

  static AgentKiller start(KubeletLab lab, long seed) {
    AgentKiller killer = new AgentKiller(lab, seed);
    killer.thread.start();
    return killer;
  }

  /** Number of kills so far. */
  int kills() {
    return kills.get();
  }

  private void run() {
    try {
      while (!ended.await(
          random.nextLong(LEAST.toMillis(), MOST.toMillis()), TimeUnit.MILLISECONDS)) {
        JavaProgram agent = lab.nodes().get(random.nextInt(lab.nodes().size())).agent();
        agent.kill();
        agent.restart();
        kills.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops killing; all agents run. */
  @Override
  public void close() {
    ended.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
