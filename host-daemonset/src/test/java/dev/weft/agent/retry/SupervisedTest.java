package dev.weft.agent.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SupervisedTest {
  @Test
  void aThreadThatFailsRunsAgainAndIsCounted() {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        Supervised.start(
            "test-once",
            () -> {
              if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("on purpose");
              }
              end.await();
            });

    await().until(() -> runs.get() == 2);
    assertThat(Supervised.failures()).containsEntry("test-once", 1L);
    assertThat(Supervised.problems()).isEmpty();
    end.countDown();
    await().until(() -> !thread.isAlive());
    assertThat(Supervised.problems()).as("one that has ended its work").isEmpty();
  }

  @Test
  void aThreadThatKeepsFailingIsAProblemWithItsNameAndCause() {
    Thread thread =
        Supervised.start(
            "test-always",
            () -> {
              throw new IllegalStateException("on purpose");
            });
    try {
      await()
          .atMost(30, TimeUnit.SECONDS)
          .untilAsserted(() ->
              assertThat(Supervised.problems())
                  .singleElement()
                  .asString()
                  .contains("test-always", "times in a row", "on purpose"));
    } finally {
      thread.interrupt();
      await().until(() -> !thread.isAlive());
    }
    assertThat(Supervised.problems()).isEmpty();
  }

  @Test
  void oneOfASeriesOfTasksMayFail() {
    Supervised.run(
        "test-task",
        () -> {
          throw new IllegalStateException("on purpose");
        });
    assertThat(Supervised.failures()).containsEntry("test-task", 1L);
  }
}
