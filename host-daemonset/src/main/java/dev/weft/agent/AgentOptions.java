package dev.weft.agent;

import dev.weft.agent.cluster.AgentClients;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.process.ApiServerOption;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Path;
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

  @Mixin private ApiServerOption apiServer = new ApiServerOption();

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
    return AgentClients.prompt(apiServer.config());
  }
}
