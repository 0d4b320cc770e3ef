package dev.weft.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.retry.Timer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiWritesTest {
  private final Timer timer = new Timer();
  private final ApiWrites writes = new ApiWrites(timer);
  private final List<String> made = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    writes.close();
    timer.close();
  }

  @Test
  void aLaterWriteOfAKeyIsMadeAfterTheOneThatIsUnderWayAndOnlyTheLast() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    writes.submit(
        "key",
        () -> {
          begun.countDown();
          waitFor(goOn);
          made.add("first");
        });
    waitFor(begun);

    writes.submit("key", () -> made.add("second"));
    writes.submit("key", () -> made.add("third"));
    writes.submit("other", () -> made.add("other"));
    await().until(() -> made.contains("other"));
    goOn.countDown();

    await().until(() -> !writes.isPending("key"));
    assertThat(made).containsExactly("other", "first", "third");
  }

  @Test
  void aWriteThatFailsIsMadeAgain() {
    AtomicInteger tries = new AtomicInteger();

    writes.submit(
        "key",
        () -> {
          if (tries.incrementAndGet() < 3) {
            throw new KubernetesClientException("away", 503, null);
          }
        });

    await().until(() -> !writes.isPending("key"));
    assertThat(tries).hasValue(3);
  }

  @Test
  void aWriteWithoutItsObjectIsGivenUp() {
    AtomicInteger tries = new AtomicInteger();

    writes.submit(
        "key",
        () -> {
          tries.incrementAndGet();
          throw new KubernetesClientException("gone", 404, null);
        });

    await().until(() -> !writes.isPending("key"));
    assertThat(tries).hasValue(1);
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
