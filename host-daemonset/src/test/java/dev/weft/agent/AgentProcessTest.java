package dev.weft.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Names;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
  private static final String NODE = "weft-test-" + ProcessHandle.current().pid() + "-agent";
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final int HEALTH = 9810;

  @TempDir Path folder;
  private TestApiServer server;
  private NetworkNamespace node;
  private Process agent;

  @BeforeEach
  void start() throws IOException {
    server = TestApiServer.start();
    server
        .client()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(Names.NAMESPACE)
                .endMetadata()
                .build())
        .create();
    node = NetworkNamespace.create(NODE);
    try (Netlink netlink = Netlink.open(node)) {
      netlink.linkSet(
          netlink.link("lo").orElseThrow().index(), LinkSettings.builder().up(true).build());
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (agent != null) {
      agent.destroyForcibly().waitFor();
    }
    if (node != null) {
      node.close();
      NetworkNamespace.delete(NODE);
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void itLivesWhileTheApiServerIsAwayAndSaysWhatItWaitsFor() throws Exception {
    URI behind = URI.create(server.client().getConfiguration().getMasterUrl());
    Path kubeconfig = folder.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        server
            .kubeconfig()
            .replace("127.0.0.1:" + behind.getPort(), "127.0.0.1:" + Door.FRONT)
            .replace("localhost:" + behind.getPort(), "localhost:" + Door.FRONT));
    agent =
        new ProcessBuilder(
                "nsenter",
                "--net=/run/netns/" + NODE,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                AgentMain.class.getName(),
                "run",
                "--node=n",
                "--kubeconfig=" + kubeconfig,
                "--sandboxes=" + folder.resolve("sandboxes"),
                "--keys=" + folder.resolve("keys"))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();

    await().atMost(LONG).until(() -> get("/healthz").startsWith("HTTP/1.1 200"));
    await()
        .atMost(LONG)
        .untilAsserted(() ->
            assertThat(get("/readyz"))
                .startsWith("HTTP/1.1 503")
                .contains(
                    "the API server at", ":" + Door.FRONT, "ContainerNetwork is not known since"));

    try (Door door = new Door(node, behind.getPort())) {
      await().atMost(LONG).until(() -> get("/readyz").startsWith("HTTP/1.1 200"));
      assertThat(get("/metrics")).contains("weft_thread_restarts_total{thread=\"weft-drift\"} 0");

      door.shut();
      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(get("/readyz"))
                  .startsWith("HTTP/1.1 503")
                  .contains("ContainerNetwork is not watched since"));
      assertThat(get("/healthz")).startsWith("HTTP/1.1 200");
    }
    agent.destroy();
    assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  /** The answer, with its first line; empty while nobody listens. */
  private String get(String path) {
    return node.call(() -> {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), HEALTH)) {
        socket
            .getOutputStream()
            .write(
                "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .formatted(path)
                    .getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "";
      }
    });
  }
}
