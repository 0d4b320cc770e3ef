package dev.weft.operator;

import dev.weft.api.reading.Reading;
import dev.weft.process.ApiClients;
import dev.weft.process.ApiServerOption;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes all objects of Weft from the API server, even if no operator or agent runs. */
@Command(
    name = "cleanup",
    description =
        "Deletes every object of Weft. Operator and agents have --patience to remove the networks"
            + " in order. Then it removes by force, and lists, what pods or lost agents still"
            + " hold.",
    mixinStandardHelpOptions = true)
final class CleanupCommand implements Callable<Integer> {
  @Mixin private ApiServerOption apiServer = new ApiServerOption();

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long to wait before force. Default: ${DEFAULT-VALUE}.")
  long patience;

  @Option(names = "--no-force", description = "Instead of using force, fail and list what is left.")
  boolean orderly;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    try (KubernetesClient client =
        ApiClients.builder(
                ApiClients.prompt(apiServer.config()), new Reading(_ -> {}).mapper(), _ -> {})
            .build()) {
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
