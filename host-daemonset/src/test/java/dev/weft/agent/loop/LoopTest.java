package dev.weft.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.retry.Supervised;
import dev.weft.agent.retry.Timer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private final Timer timer = new Timer();
  private final Loop loop = new Loop("loop", timer);
  private final List<Changes> passes = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    loop.close();
    timer.close();
  }

  @Test
  void whatIsAskedForDuringAPassIsOneNextPass() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    loop.start((changes, _) -> {
      passes.add(changes);
      try {
        first.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Set.of();
    });
    loop.ask(Changes.network("a"));
    await().until(() -> passes.size() == 1);
    loop.ask(Changes.network("b"));
    loop.ask(Changes.endpoint("c", "one"));
    CompletableFuture<Void> last = loop.request(Changes.endpoint("c", "two"));
    first.countDown();
    last.get(10, TimeUnit.SECONDS);

    assertThat(passes)
        .containsExactly(
            Changes.network("a"),
            Changes.network("b")
                .and(Changes.endpoint("c", "one"))
                .and(Changes.endpoint("c", "two")));
  }

  @Test
  void whatFailedIsTriedAgainByItself() {
    loop.start((changes, _) -> {
      passes.add(changes);
      return passes.size() < 3 ? Set.of("a") : Set.of();
    });
    loop.ask(Changes.ALL);
    await().until(() -> passes.size() == 3);
    assertThat(passes).containsExactly(Changes.ALL, Changes.network("a"), Changes.network("a"));
  }

  @Test
  void aPassThatThrowsIsToldWithWhatItWasAboutAndWhy() throws Exception {
    List<String> failed = new CopyOnWriteArrayList<>();
    List<String> troubles = new CopyOnWriteArrayList<>();
    loop.start(
        new Loop.Work() {
          @Override
          public Set<String> run(Changes changes, Runnable done) {
            passes.add(changes);
            if (passes.size() == 1) {
              throw new IllegalStateException("on purpose");
            }
            return Set.of();
          }

          @Override
          public void failed(Changes changes, RuntimeException why) {
            failed.add(changes.networks() + " " + why.getMessage());
            troubles.add(loop.trouble().orElse("none"));
          }
        });
    loop.request(Changes.network("a")).get(10, TimeUnit.SECONDS);
    await().until(() -> passes.size() == 2 && loop.trouble().isEmpty());
    assertThat(failed).containsExactly("[a] on purpose");
    assertThat(troubles).singleElement().asString().contains("on purpose");
  }

  @Test
  void aPassThatThrowsIsMadeAgainAndEndsNothing() throws Exception {
    loop.start((changes, _) -> {
      passes.add(changes);
      if (passes.size() == 1) {
        throw new IllegalStateException("on purpose");
      }
      return Set.of();
    });
    loop.request(Changes.network("a")).get(10, TimeUnit.SECONDS);
    await().until(() -> passes.size() == 2);
    assertThat(passes).containsOnly(Changes.network("a"));
  }

  @Test
  void aPassThatThrewIsToldUntilTheSameIsDoneAndKeepsNoOtherBack() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    loop.start((changes, _) -> {
      if (broken.get() && changes.touches("a")) {
        throw new IllegalStateException("on purpose");
      }
      passes.add(changes);
      return Set.of();
    });
    loop.ask(Changes.network("a"));
    await().until(() -> loop.trouble().isPresent());
    assertThat(loop.trouble().orElseThrow()).contains("loop", "on purpose");
    assertThat(loop.worked()).isNotDone();

    loop.request(Changes.network("b")).get(10, TimeUnit.SECONDS);
    assertThat(passes).contains(Changes.network("b"));
    assertThat(loop.trouble()).as("what failed has not been done").isPresent();

    broken.set(false);
    await().until(() -> loop.trouble().isEmpty());
    assertThat(loop.worked()).isDone();
    assertThat(passes).contains(Changes.network("a"));
  }

  @Test
  void anErrorInAPassEndsNeitherTheLoopNorWhatWasAsked() throws Exception {
    AtomicBoolean first = new AtomicBoolean(true);
    loop.start((changes, _) -> {
      if (first.getAndSet(false)) {
        throw new StackOverflowError("on purpose");
      }
      passes.add(changes);
      return Set.of();
    });
    loop.request(Changes.network("a")).get(10, TimeUnit.SECONDS);
    await().until(() -> passes.contains(Changes.network("a")));
    assertThat(loop.trouble()).isEmpty();
    assertThat(Supervised.failures().get("loop")).isPositive();
  }
}
