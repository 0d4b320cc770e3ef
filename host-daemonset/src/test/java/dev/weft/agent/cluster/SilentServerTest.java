package dev.weft.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections to the API server that break silently. */
@NullUnmarked
@Tag("api-server")
class SilentServerTest {
  private static final Duration BOUND = Duration.ofSeconds(15);

  private TestApiServer server;
  private Door door;
  private KubernetesClient client;
  private Cache<ConfigMap> cache;

  @BeforeEach
  void clientWatchesByTheDoor() throws IOException {
    server = TestApiServer.shared();
    door = Door.to(server.client().getMasterUrl().getPort());
    Config config = Config.fromKubeconfig(server.kubeconfigAt(door.port()));
    client = AgentClients.open(AgentClients.prompt(config), _ -> {});
    cache = new Cache<>(client.configMaps().inNamespace("default"), (_, _) -> {});
    cache.start().toCompletableFuture().join();
    create("before");
    await().until(() -> cache.get("default/before").isPresent());
  }

  @AfterEach
  void clean() throws IOException {
    cache.close();
    client.close();
    door.close();
    for (String name : new String[] {"before", "after"}) {
      server.client().configMaps().inNamespace("default").withName(name).delete();
    }
  }

  private void create(String name) {
    server
        .client()
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .build())
        .create();
  }

  private boolean answers() {
    try {
      return client.configMaps().inNamespace("default").withName("before").get() != null;
    } catch (KubernetesClientException timedOut) {
      return false;
    }
  }

  @Test
  void areGivenUpWithTheFirstRequestThatTimesOut() {
    assertThat(answers()).isTrue();
    door.fallSilent();
    create("after");

    long start = System.nanoTime();
    await().atMost(BOUND).until(this::answers);
    await()
        .atMost(BOUND.minusNanos(System.nanoTime() - start))
        .until(() -> cache.get("default/after").isPresent());
  }
}
