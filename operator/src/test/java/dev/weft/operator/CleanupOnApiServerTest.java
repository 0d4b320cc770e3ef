package dev.weft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.Subnet;
import dev.weft.api.reading.Reading;
import dev.weft.process.ApiClients;
import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cleanup while other programs write, or the API server fails. */
@NullUnmarked
@Tag("api-server")
class CleanupOnApiServerTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private TestApiServer server;
  private Door door;
  private KubernetesClient client;

  @BeforeEach
  void aNetworkIsHeld() throws IOException {
    server = TestApiServer.start();
    door = Door.to(server.client().getMasterUrl().getPort());
    client =
        ApiClients.builder(
                ApiClients.prompt(Config.fromKubeconfig(server.kubeconfigAt(door.port()))),
                new Reading(_ -> {}).mapper(),
                _ -> {})
            .build();
    HostNetwork held = new HostNetwork();
    held.setMetadata(
        new ObjectMetaBuilder()
            .withName("blue.n")
            .withLabels(Map.of(Names.NODE_LABEL, "n", Names.NETWORK_LABEL, "blue"))
            .withFinalizers("weft.dev/lost-agent")
            .build());
    held.setSpec(
        HostNetworkSpecBuilder.builder()
            .network("blue")
            .networkUid("uid-blue")
            .node("n")
            .driver("bridge")
            .subnets(List.of(new Subnet("10.1.0.0/24", null, null, null, null)))
            .build());
    server.client().resource(held).create();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    door.close();
    server.close();
  }

  @Test
  void goesOnAfterTheServerWasAway() throws Exception {
    door.shut();
    CompletableFuture<Boolean> done = cleanup();

    await().atMost(LONG).until(() -> !lines.isEmpty());
    assertThat(lines).singleElement().asString().startsWith("the API server is asked again");
    door.reopen();

    assertThat(done.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(left()).isEmpty();
    assertThat(lines)
        .contains(
            "released by force: HostNetwork blue.n; see that weft-agent clean has run on node n");
  }

  @Test
  void endsWhileAnotherProgramWritesWithoutPause() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; !over.get() && !left().isEmpty(); i++) {
                write("{\"metadata\":{\"annotations\":{\"turn\":\"%d\"}}}".formatted(i));
              }
            });

    assertThat(cleanup().get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    over.set(true);
    writer.join();
    assertThat(left()).isEmpty();
  }

  @Test
  void namesOnceWhatItWaitsForAndByWhomItIsHeld() throws Exception {
    assertThat(new Cleanup(client, lines::add).run(Duration.ofSeconds(3), false)).isFalse();

    assertThat(lines)
        .containsExactly("still there: HostNetwork blue.n (held by weft.dev/lost-agent)");
    assertThat(left()).hasSize(1);
  }

  private void write(String patch) {
    try {
      HostNetwork _ =
          server
              .client()
              .resources(HostNetwork.class)
              .withName("blue.n")
              .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    } catch (io.fabric8.kubernetes.client.KubernetesClientException gone) {
      // the cleanup was faster
    }
  }

  private CompletableFuture<Boolean> cleanup() {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return new Cleanup(client, lines::add).run(Duration.ZERO, true);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private List<HostNetwork> left() {
    return server.client().resources(HostNetwork.class).list().getItems();
  }
}
