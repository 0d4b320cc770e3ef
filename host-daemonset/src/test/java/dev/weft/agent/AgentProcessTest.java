package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a node starts it: a process of its own, in a namespace that is the node. */
@NullUnmarked
@Tag("api-server")
class AgentProcessTest {
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir Path folder;
  private TestApiServer server;
  private AgentHost host;

  @BeforeEach
  void start() throws IOException {
    server = TestApiServer.start();
    host = new AgentHost(server, "agent");
  }

  @AfterEach
  void stop() throws Exception {
    if (host != null) {
      host.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void itLivesWithoutTheApiServerAndReportsWhatItWaitsFor() throws Exception {
    Process agent = host.run(folder);

    await().atMost(LONG).until(() -> host.get("/healthz").startsWith("HTTP/1.1 200"));
    await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(host.get("/readyz"))
                .startsWith("HTTP/1.1 503")
                .contains(
                    "the API server at",
                    ":" + AgentHost.FRONT,
                    "ContainerNetwork is not known since"));

    try (Door door = host.door()) {
      await().atMost(LONG).until(() -> host.get("/readyz").startsWith("HTTP/1.1 200"));
      assertThat(host.get("/metrics"))
          .contains("weft_thread_restarts_total{thread=\"weft-drift\"} 0");

      door.shut();
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(host.get("/readyz"))
                  .startsWith("HTTP/1.1 503")
                  .contains("ContainerNetwork is not watched since"));
      assertThat(host.get("/healthz")).startsWith("HTTP/1.1 200");
    }
    agent.destroy();
    assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }
}
