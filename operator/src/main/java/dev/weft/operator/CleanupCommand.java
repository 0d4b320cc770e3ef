package dev.weft.operator;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes everything of Weft from the API, whoever is left to help. */
@Command(
    name = "cleanup",
    description =
        "Deletes every object of Weft. Operator and agents have --patience to take the networks"
            + " down in good order; what is held then, by pods or by agents that are gone, is let"
            + " go by force and named.",
    mixinStandardHelpOptions = true)
final class CleanupCommand implements Callable<Integer> {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the API server. Default: $KUBECONFIG, or the pod's own account.")
  @Nullable Path kubeconfig;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long to wait before force. Default: ${DEFAULT-VALUE}.")
  long patience;

  @Option(
      names = "--no-force",
      description = "Fail, and name what is left, where force would be needed.")
  boolean orderly;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    Config config =
        kubeconfig == null
            ? Config.autoConfigure(null)
            : Config.fromKubeconfig(kubeconfig.toFile());
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      Cleanup cleanup =
          new Cleanup(
              client,
              line -> {
                out.println(line);
                out.flush();
              });
      return cleanup.run(Duration.ofSeconds(patience), !orderly) ? 0 : 1;
    }
  }
}
