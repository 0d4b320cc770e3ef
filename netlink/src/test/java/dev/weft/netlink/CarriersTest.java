package dev.weft.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Virtual threads that call into a namespace: their carriers stay outside. */
class CarriersTest {
  /** The scheduler ends a carrier that was idle for 30 seconds. */
  private static final Duration IDLE = Duration.ofMinutes(2);

  @Test
  void areNotStartedByTheThreadInTheNamespace() throws Exception {
    try (NetworkNamespace unnamed = NetworkNamespace.createUnnamed();
        NetworkNamespace inhabited = NetworkNamespace.inhabit(unnamed.file())) {
      CompletableFuture<String> resumed = new CompletableFuture<>();
      Thread _ =
          Thread.ofVirtual()
              .start(() -> {
                inhabited.call(() -> {
                  await().atMost(IDLE).until(() -> carriers().isEmpty());
                  return "";
                });
                resumed.complete(carriers().toString());
              });

      assertThat(resumed.get()).isNotEqualTo("[]");
      assertThat(carriers())
          .allSatisfy(carrier ->
              assertThat(Files.readSymbolicLink(carrier.resolve("ns/net")))
                  .isEqualTo(Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"))));
    }
  }

  private static List<Path> carriers() {
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      return threads.filter(CarriersTest::isCarrier).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isCarrier(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).startsWith("ForkJoinPool-1-");
    } catch (IOException e) {
      return false;
    }
  }
}
