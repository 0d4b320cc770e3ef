package dev.weft.agent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.spec.PassScope;
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
  private final List<PassScope> passes = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    loop.close();
    timer.close();
  }

  @Test
  void whatIsAskedForDuringAPassIsOneNextPass() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    loop.start((scope, _) -> {
      passes.add(scope);
      try {
        first.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Set.of();
    });
    loop.ask(PassScope.network("a"));
    await().until(() -> passes.size() == 1);
    loop.ask(PassScope.network("b"));
    loop.ask(PassScope.endpoint("c", "one"));
    CompletableFuture<Void> last = loop.request(PassScope.endpoint("c", "two"));
    first.countDown();
    last.get(10, TimeUnit.SECONDS);

    assertThat(passes)
        .containsExactly(
            PassScope.network("a"),
            PassScope.network("b")
                .and(PassScope.endpoint("c", "one"))
                .and(PassScope.endpoint("c", "two")));
  }

  @Test
  void whatFailedIsTriedAgainByItself() {
    loop.start((scope, _) -> {
      passes.add(scope);
      return passes.size() < 3 ? Set.of(PassScope.network("a")) : Set.of();
    });
    loop.ask(PassScope.EVERYTHING);
    await().until(() -> passes.size() == 3);
    assertThat(passes)
        .containsExactly(PassScope.EVERYTHING, PassScope.network("a"), PassScope.network("a"));
  }

  @Test
  void aPassThatThrowsIsReportedWithItsScopeAndTheReason() throws Exception {
    List<PassScope> failed = new CopyOnWriteArrayList<>();
    List<String> troubles = new CopyOnWriteArrayList<>();
    loop.start(
        new Loop.Work() {
          @Override
          public Set<PassScope> run(PassScope scope, Runnable done) {
            passes.add(scope);
            if (passes.size() == 1) {
              throw new IllegalStateException("on purpose");
            }
            return Set.of();
          }

          @Override
          public void failed(PassScope scope, RuntimeException why) {
            failed.add(scope);
            troubles.add(loop.trouble().orElse("none"));
          }
        });
    loop.request(PassScope.network("a")).get(10, TimeUnit.SECONDS);
    await().until(() -> passes.size() == 2 && loop.trouble().isEmpty());
    assertThat(failed).containsExactly(PassScope.network("a"));
    assertThat(troubles).singleElement().asString().contains("on purpose");
  }

  @Test
  void aPassThatThrowsIsMadeAgainAndEndsNothing() throws Exception {
    loop.start((scope, _) -> {
      passes.add(scope);
      if (passes.size() == 1) {
        throw new IllegalStateException("on purpose");
      }
      return Set.of();
    });
    loop.request(PassScope.network("a")).get(10, TimeUnit.SECONDS);
    await().until(() -> passes.size() == 2);
    assertThat(passes).containsOnly(PassScope.network("a"));
  }

  @Test
  void aPassThatThrewIsReportedUntilItIsDoneAndBlocksNoOther() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    loop.start((scope, _) -> {
      if (broken.get() && scope.touches("a")) {
        throw new IllegalStateException("on purpose");
      }
      passes.add(scope);
      return Set.of();
    });
    loop.ask(PassScope.network("a"));
    await().until(() -> loop.trouble().isPresent());
    assertThat(loop.trouble().orElseThrow()).contains("loop", "on purpose");
    assertThat(loop.worked()).isNotDone();

    loop.request(PassScope.network("b")).get(10, TimeUnit.SECONDS);
    assertThat(passes).contains(PassScope.network("b"));
    assertThat(loop.trouble()).as("what failed has not been done").isPresent();

    broken.set(false);
    await().until(() -> loop.trouble().isEmpty());
    assertThat(loop.worked()).isDone();
    assertThat(passes).contains(PassScope.network("a"));
  }

  @Test
  void anErrorInAPassEndsNeitherTheLoopNorWhatWasAsked() throws Exception {
    AtomicBoolean first = new AtomicBoolean(true);
    loop.start((scope, _) -> {
      if (first.getAndSet(false)) {
        throw new StackOverflowError("on purpose");
      }
      passes.add(scope);
      return Set.of();
    });
    loop.request(PassScope.network("a")).get(10, TimeUnit.SECONDS);
    await().until(() -> passes.contains(PassScope.network("a")));
    assertThat(loop.trouble()).isEmpty();
    assertThat(Supervised.failures().get("loop")).isPositive();
  }
}
