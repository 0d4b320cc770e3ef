package dev.weft.agent.cluster;

import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Timer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes to the API in the background. Only the last of several writes under one key counts. A
 * write starts after the previous one of its key has ended, so the API ends up with what was
 * submitted last. A failed write is repeated with back-off until it succeeds or a later one
 * replaces it.
 */
public final class ApiWrites implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiWrites.class);
  private static final int AT_ONCE = 8;
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30));

  /** Without an answer there is no server to spare: writes follow its return within two seconds. */
  private static final Backoff AWAY = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(2));

  private final Timer timer;
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private volatile boolean closed;

  /** One write. */
  @FunctionalInterface
  public interface Write {
    /**
     * Sends the write. An object that no longer exists needs no write.
     *
     * @throws KubernetesClientException if the write failed
     */
    void send();
  }

  private static final class Pending {
    final Write write;
    final int failures;

    Pending(Write write, int failures) {
      this.write = write;
      this.failures = failures;
    }

    /** Whether it is due now, not after a back-off. */
    boolean isFresh() {
      return failures == 0;
    }
  }

  /** Repeats failed writes with {@code timer}. */
  public ApiWrites(Timer timer) {
    this.timer = timer;
  }

  /** Submits a write, which replaces an earlier one of the same key. */
  public void submit(String key, Write write) {
    pending.put(key, new Pending(write, 0));
    begin(key);
  }

  /** Withdraws a write that is still pending. */
  public void withdraw(String key) {
    pending.remove(key);
  }

  /** Whether the write of this key is pending. */
  public boolean isPending(String key) {
    return pending.containsKey(key);
  }

  @Override
  public void close() {
    closed = true;
    pending.clear();
  }

  private void begin(String key) {
    if (!closed && underWay.add(key)) {
      Thread.ofVirtual().name("write " + key).start(() -> send(key));
    }
  }

  private void send(String key) {
    places.acquireUninterruptibly();
    try {
      Pending it = pending.get(key);
      if (it != null) {
        send(key, it);
      }
    } finally {
      places.release();
      underWay.remove(key);
      Pending next = pending.get(key);
      if (next != null && next.isFresh()) {
        begin(key);
      }
    }
  }

  private void send(String key, Pending it) {
    try {
      it.write.send();
      pending.remove(key, it);
    } catch (KubernetesClientException e) {
      failed(key, it, e);
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("write", key).setCause(e).log("a write cannot be made");
      pending.remove(key, it);
    }
  }

  private void failed(String key, Pending it, KubernetesClientException failure) {
    if (failure.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
      pending.remove(key, it);
      return;
    }
    Pending again = new Pending(it.write, it.failures + 1);
    if (closed || !pending.replace(key, it, again)) {
      return;
    }
    LOG.atLevel(it.failures == 0 ? Level.WARN : Level.DEBUG)
        .addKeyValue("write", key)
        .addKeyValue("status", failure.getCode())
        .log(
            "the API server did not accept a write; the agent tries again: {}",
            failure.getMessage());
    Backoff backoff = failure.getCode() <= 0 ? AWAY : BACKOFF;
    timer.after(backoff.delay(again.failures), () -> begin(key));
  }
}
