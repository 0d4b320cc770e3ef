package dev.weft.process;

import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Command line option that names a kubeconfig. */
public final class ApiServerOption {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the API server. Default: $KUBECONFIG, or the pod's own account.")
  private @Nullable Path kubeconfig;

  /**
   * Loads the configuration from the file, or from {@code $KUBECONFIG} or the pod's account.
   *
   * @throws IllegalArgumentException if the file cannot be read
   */
  public Config config() {
    if (kubeconfig == null) {
      return Config.autoConfigure(null);
    }
    if (!Files.isReadable(kubeconfig)) {
      throw new IllegalArgumentException(
          "the kubeconfig %s cannot be read; name another with --kubeconfig".formatted(kubeconfig));
    }
    return Config.fromKubeconfig(kubeconfig.toFile());
  }
}
