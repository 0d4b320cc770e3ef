package dev.weft.operator;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Names;
import dev.weft.testkit.Door;
import dev.weft.testkit.TestApiServer;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users start it: a process of its own. */
@Tag("api-server")
class OperatorMainTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Time within which broken connections are replaced. */
  private static final Duration BOUND = Duration.ofSeconds(15);

  @TempDir static Path folder = Path.of("");
  private static @Nullable TestApiServer server;
  private final List<Process> started = new ArrayList<>();

  @BeforeAll
  static void startApiServer() throws IOException {
    server = TestApiServer.start();
    Files.writeString(kubeconfig(), server.kubeconfig());
  }

  @AfterAll
  static void stopApiServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void stopPrograms() throws InterruptedException {
    for (Process each : started) {
      each.destroyForcibly();
      each.waitFor();
    }
  }

  @Test
  void itLeadsReconcilesAnswersHealthChecksAndStopsOnASignal() throws Exception {
    int port = freePort();
    Process operator =
        start("run", "--kubeconfig", kubeconfig().toString(), "--listen", "127.0.0.1:" + port);

    await().atMost(LONG).until(() -> status(port, "/readyz") == 200);
    assertThat(status(port, "/healthz")).isEqualTo(200);
    assertThat(get(port, "/metrics").body()).contains("jvm_memory_used_bytes");

    client().resource(network("blue", "overlay")).create();
    await().atMost(LONG).until(() -> isReady("blue"));
    assertThat(leader()).isNotBlank();

    operator.destroy();
    assertThat(operator.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(log()).contains("the operator runs", "network=\"blue\"");
  }

  @Test
  void oneThatEndsHandsTheLeaseOverAtOnce() throws Exception {
    int port = freePort();
    Process first =
        start("run", "--kubeconfig", kubeconfig().toString(), "--listen", "127.0.0.1:0");
    await().atMost(LONG).until(() -> leader() != null);
    String leading = leader();
    start("run", "--kubeconfig", kubeconfig().toString(), "--listen", "127.0.0.1:" + port);
    await().atMost(LONG).until(() -> status(port, "/readyz") == 200);
    assertThat(leader()).as("while the first one runs").isEqualTo(leading);

    first.destroy();
    assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(leader()).as("once the first one has ended").isNotEqualTo(leading);
    client().resource(network("handed-over", "overlay")).create();
    await().atMost(LONG).until(() -> isReady("handed-over"));
  }

  /** Identity of the leader; null if there is none. */
  private static @Nullable String leader() {
    Lease lease =
        client().leases().inNamespace(Names.NAMESPACE).withName(Names.OPERATOR_LEASE).get();
    return lease == null ? null : lease.getSpec().getHolderIdentity();
  }

  @Test
  void itListensAndLivesWhileTheApiServerIsAwayAndStartsOnceThatAnswers() throws Exception {
    int port = freePort();
    int front = freePort();
    URI behind = URI.create(client().getConfiguration().getMasterUrl());
    Path away = folder.resolve("kubeconfig-away");
    Files.writeString(away, Objects.requireNonNull(server).kubeconfigAt(front));
    Process operator =
        start("run", "--kubeconfig", away.toString(), "--listen", "127.0.0.1:" + port);

    await().atMost(LONG).until(() -> status(port, "/healthz") == 200);
    await()
        .atMost(LONG)
        .untilAsserted(() -> {
          HttpResponse<String> answer = get(port, "/readyz");
          assertThat(answer.statusCode()).isEqualTo(503);
          assertThat(answer.body()).contains("the API server at", ":" + front, "since");
        });
    assertThat(operator.isAlive()).isTrue();

    try (Door door =
        new Door(new ServerSocket(front, 50, InetAddress.getLoopbackAddress()), behind.getPort())) {
      await().atMost(LONG).until(() -> status(port, "/readyz") == 200);
      assertThat(get(port, "/readyz").body()).startsWith("ok").contains("lead");
      assertThat(log().lines().filter(each -> each.contains("does not answer"))).hasSize(1);

      door.shut();
      await().atMost(LONG).until(() -> status(port, "/readyz") == 503);
      assertThat(get(port, "/readyz").body()).contains("does not watch");
      assertThat(get(port, "/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void itLeadsOnWhereItsConnectionsDieWithoutAWord() throws Exception {
    int port = freePort();
    Path kubeconfig = folder.resolve("kubeconfig-silent");
    try (Door door = Door.to(URI.create(client().getConfiguration().getMasterUrl()).getPort())) {
      Files.writeString(kubeconfig, Objects.requireNonNull(server).kubeconfigAt(door.port()));
      Process operator =
          start("run", "--kubeconfig", kubeconfig.toString(), "--listen", "127.0.0.1:" + port);
      await().atMost(LONG).until(() -> status(port, "/readyz") == 200);
      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(get(port, "/readyz").body()).contains("it leads"));
      String leading = leader();

      door.fallSilent();
      client().resource(network("unheard", "overlay")).create();

      await().atMost(BOUND).until(() -> isReady("unheard"));
      assertThat(leader()).isEqualTo(leading);
      assertThat(operator.isAlive()).isTrue();
    }
  }

  @Test
  void itNamesTheKindsThatAreNotInstalled() throws Exception {
    assumeTrue(
        Objects.requireNonNull(server).isReal(),
        "the embedded API server serves a kind whose definition is gone");
    var crds = client().apiextensions().v1().customResourceDefinitions();
    var crd = crds.withName("meshes.weft.dev").get();
    crds.withName("meshes.weft.dev").delete();
    await().atMost(LONG).until(() -> crds.withName("meshes.weft.dev").get() == null);
    try {
      Process operator = start("run", "--kubeconfig", kubeconfig().toString());

      assertThat(operator.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(operator.exitValue()).isEqualTo(1);
      assertThat(log())
          .contains("not installed in the cluster: meshes.weft.dev")
          .contains("kubectl apply -f manifests/crds");
    } finally {
      crd.getMetadata().setResourceVersion(null);
      crds.resource(crd).create();
    }
  }

  @Test
  void itReportsWhatIsWrongWithAListenAddress() throws Exception {
    Process operator = start("run", "--listen", "9811");

    assertThat(operator.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(operator.exitValue()).isEqualTo(2);
    assertThat(log()).contains("'9811' is no address and port; write one such as 127.0.0.1");
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Dlogback.configurationFile=" + Path.of("src/main/resources/logback.xml"),
                OperatorMain.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(logFile().toFile())
            .start();
    started.add(process);
    return process;
  }

  private static boolean isReady(String name) {
    var status = client().resources(ContainerNetwork.class).withName(name).get().getStatus();
    return status != null && Conditions.isTrue(status.conditions(), Conditions.READY);
  }

  private static int status(int port, String path) throws InterruptedException {
    try {
      return get(port, path).statusCode();
    } catch (IOException e) {
      return 0; // it does not listen yet
    }
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static KubernetesClient client() {
    return Objects.requireNonNull(server).client();
  }

  private static Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  private static Path logFile() {
    return folder.resolve("log");
  }

  private static String log() throws IOException {
    return Files.readString(logFile());
  }
}
