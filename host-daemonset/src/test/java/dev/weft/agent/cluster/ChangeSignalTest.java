package dev.weft.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChangeSignalTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ChangeSignal signal = new ChangeSignal();

  private boolean await(AtomicBoolean reached, Duration atMost) {
    try {
      return signal.await(reached::get, atMost);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStateThatIsReachedIsNotWaitedFor() {
    assertThat(await(new AtomicBoolean(true), Duration.ZERO)).isTrue();
  }

  @Test
  void aStateThatIsNotReachedIsWaitedForNoLongerThanAsked() {
    assertThat(await(new AtomicBoolean(), Duration.ofMillis(20))).isFalse();
  }

  @Test
  void aWaitEndsWithTheChange() throws Exception {
    AtomicBoolean reached = new AtomicBoolean();
    AtomicInteger looks = new AtomicInteger();
    CompletableFuture<Boolean> waiter =
        CompletableFuture.supplyAsync(() -> {
          try {
            return signal.await(
                () -> {
                  looks.incrementAndGet();
                  return reached.get();
                },
                LONG);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    while (looks.get() == 0) {
      Thread.onSpinWait();
    }
    signal.raise();
    assertThat(waiter).isNotDone();
    reached.set(true);
    signal.raise();
    assertThat(waiter.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(looks.get()).as("it looks once for each change").isBetween(2, 3);
  }

  @Test
  void aChangeBetweenALookAndTheWaitIsNotMissed() throws Exception {
    for (int i = 0; i < 2000; i++) {
      AtomicBoolean reached = new AtomicBoolean();
      Phaser together = new Phaser(2);
      CompletableFuture<Boolean> waiter =
          CompletableFuture.supplyAsync(() -> {
            together.arriveAndAwaitAdvance();
            return await(reached, LONG);
          });
      together.arriveAndAwaitAdvance();
      reached.set(true);
      signal.raise();
      assertThat(waiter.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
