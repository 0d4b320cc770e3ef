package dev.weft.agent;

import dev.weft.agent.cluster.NodeRecord;
import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.process.ListenAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Removes everything of Weft from a node that will not carry networks any more. Uses no API server.
 */
@Command(
    name = "clean",
    description =
        "Removes everything that carries Weft's mark from this node; needs no API server. Refuses"
            + " while an agent runs, which would build it again.",
    mixinStandardHelpOptions = true)
final class CleanCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "127.0.0.1:9810",
      converter = ListenAddress.class,
      description = "Where this node's agent would listen (${DEFAULT-VALUE}).")
  private InetSocketAddress listen = new InetSocketAddress(0);

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      defaultValue = KeyFile.DEFAULT,
      description = "Where the private keys of encrypted networks are (${DEFAULT-VALUE}).")
  private Path keys = Path.of(KeyFile.DEFAULT);

  @Option(
      names = "--stay",
      description = "Keep listening when done, so that no agent starts and probes see the end.")
  private boolean stay;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    try (ServerSocket place = takeAgentsPlace()) {
      int status = clean();
      if (stay && status == 0) {
        answer(place);
      }
      return status;
    }
  }

  /** Binds the agent's listening address, which the kernel grants to one agent or cleaner only. */
  private ServerSocket takeAgentsPlace() throws IOException {
    ServerSocket place = new ServerSocket();
    try {
      place.bind(listen);
      return place;
    } catch (BindException taken) {
      place.close();
      throw new IllegalStateException(
          "a process listens on %s, so an agent runs on this node and would build everything again;"
                  .formatted(listen)
              + " delete the DaemonSet weft-agent first",
          taken);
    }
  }

  private int clean() throws IOException {
    boolean _ = Files.deleteIfExists(NodeRecord.besides(keys));
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    try (DataPlane dataPlane = DataPlane.open(new KeyFile(keys))) {
      ReconcileOutcome outcome =
          dataPlane.reconcile(
              new NodeSpec("", Optional.empty(), Map.of(), true, Optional.empty()),
              PassScope.EVERYTHING);
      outcome.changes().forEach(out::println);
      outcome
          .leftovers()
          .forEach((uid, problems) -> out.printf("left of network %s: %s%n", uid, problems));
      out.printf(
          "%d changes%s%n",
          outcome.changes().size(), outcome.leftovers().isEmpty() ? ", the node is clean" : "");
      out.flush();
      return outcome.leftovers().isEmpty() ? 0 : AgentMain.FAILURE;
    }
  }

  private static void answer(ServerSocket place) throws InterruptedException {
    Thread.ofVirtual()
        .start(() -> {
          while (!place.isClosed()) {
            try {
              place.accept().close();
            } catch (IOException e) {
              return;
            }
          }
        });
    new CountDownLatch(1).await();
  }
}
