package dev.weft.testkit.control;

import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubeapitest.binary.BinaryManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Chooses a control plane from those available. */
public final class ControlPlanes {
  /** Range of Service addresses of a kube-apiserver started here. */
  public static final String SERVICE_RANGE = "10.255.0.0/24";

  private ControlPlanes() {}

  /**
   * Starts a control plane: the cluster of {@code WEFT_KUBECONFIG}; else kube-apiserver and etcd
   * from {@code KUBEBUILDER_ASSETS}, from kube-api-test's folder, or downloaded there in the
   * version of {@code WEFT_KUBERNETES}; else the embedded API server.
   *
   * @param environment environment variables of the process
   * @param directory an empty directory for the started processes
   * @param started receives each started process
   */
  public static ControlPlane start(
      Map<String, String> environment, Path directory, Consumer<Process> started) {
    String kubeconfig = environment.get("WEFT_KUBECONFIG");
    if (kubeconfig != null && !kubeconfig.isEmpty()) {
      return new ExistingCluster(Path.of(kubeconfig));
    }
    String assets = environment.get("KUBEBUILDER_ASSETS");
    if (assets != null && !assets.isEmpty()) {
      Path folder = Path.of(assets);
      if (!isComplete(folder)) {
        throw new IllegalArgumentException(
            "KUBEBUILDER_ASSETS=%s holds no kube-apiserver and etcd; unset it or point it at them"
                .formatted(assets));
      }
      return KubernetesBinaries.start(folder, "KUBEBUILDER_ASSETS", directory, started);
    }
    String version = environment.get("WEFT_KUBERNETES");
    if (version != null && !version.isEmpty()) {
      return KubernetesBinaries.start(
          download(environment, version), "WEFT_KUBERNETES", directory, started);
    }
    return kubeApiTest(environment)
        .<ControlPlane>map(
            folder -> KubernetesBinaries.start(folder, "kube-api-test", directory, started))
        .orElseGet(EmbeddedControlPlane::new);
  }

  /** Binaries of one version, such as {@code 1.34.1}; the first call needs a network. */
  private static Path download(Map<String, String> environment, String version) {
    KubeAPIServerConfigBuilder wanted =
        KubeAPIServerConfigBuilder.anAPIServerConfig()
            .withApiServerVersion(version)
            .withUpdateKubeConfig(false);
    String home = environment.get("KUBE_API_TEST_DIR");
    if (home != null) {
      wanted.withTestDir(home);
    }
    BinaryManager manager = new BinaryManager(wanted.build());
    try {
      manager.initAndDownloadIfRequired();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "WEFT_KUBERNETES=%s: that version cannot be downloaded (%s); unset it to use the embedded API server"
              .formatted(version, e.getMessage()),
          e);
    }
    Path server = manager.binaries().getApiServer().toPath().toAbsolutePath();
    return Objects.requireNonNull(server.getParent(), "an absolute file has a folder");
  }

  /** The newest version in the download folder of Fabric8's kube-api-test. */
  private static Optional<Path> kubeApiTest(Map<String, String> environment) {
    String home = environment.get("KUBE_API_TEST_DIR");
    Path versions =
        (home == null ? Path.of(System.getProperty("user.home"), ".kubeapitest") : Path.of(home))
            .resolve("k8s");
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(versions)) {
      return folders.filter(ControlPlanes::isComplete).max(Comparator.naturalOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isComplete(Path folder) {
    return Stream.of("kube-apiserver", "etcd")
        .allMatch(name -> Files.isExecutable(folder.resolve(name)));
  }
}
