package dev.weft.agent;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionCondition;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real kube-apiserver with its etcd and our CRDs, for as long as one test class runs. */
public final class ApiServerProcess implements AutoCloseable {
  private static final String ASSETS = "KUBEBUILDER_ASSETS";
  private static final Path CRDS = Path.of("..", "manifests", "crds");
  private static final Path ENDPOINT_SLICES =
      Path.of(
          "..",
          "e2e",
          "src",
          "main",
          "resources",
          "dev",
          "weft",
          "e2e",
          "lab",
          "endpointslices.yaml");
  private static final int STARTUP_MILLIS = 60_000;

  private final Path folder;
  private final KubeAPIServer server;
  private final KubernetesClient client;

  private ApiServerProcess(Path folder, KubeAPIServer server) {
    this.folder = folder;
    this.server = server;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.getKubeConfigYaml()))
            .build();
  }

  /** Starts one, or skips the test where there are no binaries. */
  public static ApiServerProcess start() throws IOException {
    String assets = System.getenv(ASSETS);
    assumeTrue(
        assets != null && Files.isExecutable(Path.of(assets, "kube-apiserver")),
        ASSETS + " names no folder with kube-apiserver, etcd and kubectl");
    Path folder = Files.createTempDirectory("apiserver");
    Path binaries = folder.resolve("k8s").resolve("1.0.0" + platform());
    Files.createDirectories(binaries);
    for (String name : List.of("kube-apiserver", "etcd", "kubectl")) {
      Files.createSymbolicLink(
          binaries.resolve(name), Path.of(Objects.requireNonNull(assets), name).toAbsolutePath());
    }
    KubeAPIServerConfigBuilder config =
        KubeAPIServerConfigBuilder.anAPIServerConfig()
            .withTestDir(folder.toString())
            .withOfflineMode(true)
            .withStartupTimeout(STARTUP_MILLIS);
    if (isOlderThanEndpointSlices(binaries.resolve("kube-apiserver"))) {
      config.withApiServerFlag("--runtime-config", "discovery.k8s.io/v1beta1=false");
    }
    KubeAPIServer server = new KubeAPIServer(config.build());
    server.start();
    ApiServerProcess started = new ApiServerProcess(folder, server);
    started.installCrds();
    return started;
  }

  public KubernetesClient client() {
    return client;
  }

  String kubeconfig() {
    return server.getKubeConfigYaml();
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.stop();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(ApiServerProcess::delete);
    }
  }

  /** They have been there since Kubernetes 1.21. */
  private static boolean isOlderThanEndpointSlices(Path apiServer) throws IOException {
    Process asked = new ProcessBuilder(apiServer.toString(), "--version").start();
    try (var output = asked.inputReader()) {
      return Objects.requireNonNullElse(output.readLine(), "")
          .matches(".* v1\\.(\\d|1\\d|20)\\..*");
    }
  }

  private void installCrds() throws IOException {
    try (Stream<Path> files = Files.list(CRDS)) {
      List<Path> all =
          new ArrayList<>(files.filter(each -> each.toString().endsWith(".yaml")).toList());
      if (!client.supports(EndpointSlice.class)) {
        all.add(ENDPOINT_SLICES);
      }
      for (Path file : all) {
        CustomResourceDefinition crd =
            client.apiextensions().v1().customResourceDefinitions().load(file.toFile()).create();
        Awaitility.await()
            .atMost(20, TimeUnit.SECONDS)
            .until(() -> isEstablished(crd.getMetadata().getName()));
      }
    }
  }

  private boolean isEstablished(String name) {
    var crd = client.apiextensions().v1().customResourceDefinitions().withName(name).get();
    return crd != null
        && crd.getStatus() != null
        && crd.getStatus().getConditions() != null
        && crd.getStatus().getConditions().stream()
            .filter(each -> each.getType().equals("Established"))
            .map(CustomResourceDefinitionCondition::getStatus)
            .anyMatch("True"::equals);
  }

  private static String platform() {
    boolean arm = System.getProperty("os.arch").contains("aarch64");
    return "-linux-" + (arm ? "arm64" : "amd64");
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
