package dev.weft.e2e.demo;

import dev.weft.e2e.lab.Lab;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command behind {@code ./weft demo}. */
@Command(
    name = "weft demo",
    description = "Nodes on this machine join the networks of manifests/samples/.",
    mixinStandardHelpOptions = true)
public final class DemoMain implements Callable<Integer> {
  /**
   * The sample {@code lan} assigns the LAN's addresses from .128 on; nodes have those from .11 on.
   */
  private static final int MOST_NODES = 100;

  @Option(names = "--once", description = "Check everything, clean up, and end.")
  boolean once;

  @Option(names = "--nodes", description = "How many nodes, 1 to 100. Default: ${DEFAULT-VALUE}.")
  int nodes = 3;

  @Option(names = "--manifests", description = "Their folder. Default: ${DEFAULT-VALUE}.")
  Path manifests = Path.of("manifests");

  private final AtomicReference<@Nullable Lab> lab = new AtomicReference<>();

  private DemoMain() {}

  /** Runs the demo; exit status 0 if all steps succeeded, 1 if not. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DemoMain()).execute(arguments));
  }

  @Override
  public Integer call() throws InterruptedException {
    if (nodes < 1 || nodes > MOST_NODES) {
      System.err.printf(
          "weft: --nodes %d: the demo takes 1 to %d nodes, and the samples use 3%n",
          nodes, MOST_NODES);
      return 2;
    }
    if (!Files.isDirectory(manifests.resolve("samples"))) {
      System.err.printf("weft: there is no folder %s/samples%n", manifests);
      return 2;
    }
    Progress progress = new Progress(System.out);
    Thread cleaner = new Thread(this::closeLab, "cleaner");
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      Lab started = Lab.create("demo");
      lab.set(started);
      new Demo(started, progress, manifests).run(nodes);
      if (!once) {
        stay(progress, started);
      }
      closeLab();
      progress.say("all held, everything is removed");
      return 0;
    } catch (DemoFailed | IllegalStateException e) {
      System.err.printf("weft: the demo failed: %s%n", e.getMessage());
      return 1;
    }
  }

  private static void stay(Progress progress, Lab lab) throws InterruptedException {
    String node = lab.nodes().getFirst().namespaceName();
    progress.plain("");
    progress.say("all held. The lab stays until Ctrl-C; to look around, in another terminal:");
    progress.plain("ip netns exec %s ip -d link".formatted(node));
    progress.plain("ip netns exec %s bridge fdb".formatted(node));
    progress.plain("ip netns exec weft-demo-pod-default-a ip address");
    progress.plain(
        "kubectl --kubeconfig %s get cnet,hnet,nep,mnode,pods".formatted(lab.kubeconfig()));
    progress.plain("less %s".formatted(lab.agentLog(lab.nodes().getFirst())));
    progress.plain("./weft clean          (should this terminal be lost)");
    new CountDownLatch(1).await();
  }

  private void closeLab() {
    Lab open = lab.getAndSet(null);
    if (open != null) {
      open.close();
    }
  }
}
