package dev.weft.agent.reach;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.retry.Timer;
import dev.weft.netlink.EchoSocket;
import dev.weft.netlink.NetlinkException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the peers periodically with a small echo request and a full-size one that may not be
 * fragmented. If only the small one is answered, connections open and then hang.
 */
public final class PeerProbe {
  private static final Logger LOG = LoggerFactory.getLogger(PeerProbe.class);
  private static final Duration PERIOD = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMillis(700);
  private static final int TRIES = 3;
  private static final int AT_ONCE = 16;

  private final ClusterCaches cluster;
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile Reach last = Reach.NOBODY_ASKED;

  private enum Answer {
    NONE,
    SMALL,
    FULL
  }

  /** Probes the peers of the node of {@code cluster}. */
  public PeerProbe(ClusterCaches cluster) {
    this.cluster = cluster;
  }

  /** Starts to probe. */
  public void start(Timer timer) {
    timer.every(PERIOD, this::round);
  }

  /** Result of the last round. */
  public Reach reach() {
    return last;
  }

  private void round() {
    if (!cluster.isSynced() || !underWay.compareAndSet(false, true)) {
      return;
    }
    try {
      Reach now = ask(Peers.of(cluster));
      if (now.differsFrom(last)) {
        report(now);
      }
      last = now;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      underWay.set(false);
    }
  }

  private Reach ask(List<Peer> peers) throws InterruptedException {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Answer>> questions =
          peers.stream().<Callable<Answer>>map(peer -> () -> ask(peer)).toList();
      List<Future<Answer>> answers = executor.invokeAll(questions);
      return new Reach(
          peers.size(), named(peers, answers, Answer.NONE), named(peers, answers, Answer.SMALL));
    }
  }

  private static List<String> named(List<Peer> peers, List<Future<Answer>> answers, Answer which) {
    return IntStream.range(0, peers.size())
        .filter(at -> answers.get(at).resultNow() == which)
        .mapToObj(at -> peers.get(at).node())
        .toList();
  }

  private Answer ask(Peer peer) throws InterruptedException {
    places.acquire();
    try (EchoSocket echo = EchoSocket.open(peer.vtep())) {
      if (!ask(echo, 0, EchoSocket.LEAST)) {
        return Answer.NONE;
      }
      return ask(echo, TRIES, peer.full()) ? Answer.FULL : Answer.SMALL;
    } catch (NetlinkException e) {
      LOG.atDebug().addKeyValue("peer", peer.node()).log("not asked: {}", e.getMessage());
      return Answer.NONE;
    } finally {
      places.release();
    }
  }

  private static boolean ask(EchoSocket echo, int sequence, int size) throws InterruptedException {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      if (echo.ask(sequence + attempt, size, PATIENCE)) {
        return true;
      }
    }
    return false;
  }

  private void report(Reach now) {
    if (now.isWhole()) {
      LOG.atInfo().addKeyValue("node", cluster.node()).log("all peers answer again");
      return;
    }
    LOG.atWarn()
        .addKeyValue("node", cluster.node())
        .addKeyValue("silent", now.silent())
        .addKeyValue("narrow", now.narrow())
        .log("peers do not answer, or only small packets");
  }
}
