package dev.weft.agent;

import dev.weft.agent.cluster.ApiClients;
import dev.weft.agent.dataplane.spec.KeyFile;
import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all commands. */
final class AgentOptions {
  @Option(
      names = "--node",
      paramLabel = "NAME",
      required = true,
      defaultValue = "${env:WEFT_NODE}",
      description = "Name of this node in the cluster (or WEFT_NODE).")
  String node = "";

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "${env:KUBECONFIG}",
      description = "How to reach the API server (or KUBECONFIG); without it as a pod does.")
  @Nullable File kubeconfig;

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      defaultValue = KeyFile.DEFAULT,
      description =
          "Where the private keys of encrypted networks are; on tmpfs (${DEFAULT-VALUE}).")
  Path keys = Path.of(KeyFile.DEFAULT);

  @Mixin SandboxOptions sandboxes = new SandboxOptions();

  KeyFile keyFile() {
    return new KeyFile(keys);
  }

  Config config() {
    if (kubeconfig != null && !kubeconfig.canRead()) {
      throw new IllegalArgumentException(
          "the kubeconfig %s cannot be read; name another with --kubeconfig".formatted(kubeconfig));
    }
    return ApiClients.config(Optional.ofNullable(kubeconfig));
  }
}
