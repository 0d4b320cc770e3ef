package dev.weft.agent;

import dev.weft.agent.attach.claim.KernelProbe;
import dev.weft.agent.cluster.AgentClients;
import dev.weft.agent.cluster.NodeRecord;
import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.agent.health.AgentMetrics;
import dev.weft.agent.node.KernelSurvey;
import dev.weft.agent.pass.NodeKernel;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.services.BalancingTables;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.process.HealthServer;
import dev.weft.process.ListenAddress;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the agent until it is asked to end. The node's networks stay. */
@Command(
    name = "run",
    description = "Builds and repairs this node's networks until stopped; the networks stay.",
    mixinStandardHelpOptions = true)
final class AgentRunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(AgentRunCommand.class);

  @Mixin private AgentOptions options = new AgentOptions();

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "127.0.0.1:9810",
      converter = ListenAddress.class,
      description = "Address that serves health and metrics (${DEFAULT-VALUE}).")
  private InetSocketAddress listen = new InetSocketAddress(0);

  /** The data plane for the loop's passes, with metrics. */
  record Plane(DataPlane dataPlane, AgentMetrics metrics) implements NodeKernel {
    @Override
    public ReconcileOutcome reconcile(
        NodeSpec nodeSpec, PassScope scope, Consumer<ReconcileOutcome> made) {
      return metrics.kernel(() -> dataPlane.reconcile(nodeSpec, scope, made));
    }

    @Override
    public List<Change> plan(NodeSpec nodeSpec) {
      return dataPlane.plan(nodeSpec);
    }

    @Override
    public LocalVtep underlay(UnderlayChoice choice) {
      return dataPlane.underlay(choice);
    }

    @Override
    public BalancingTables balancingTables() {
      return BalancingTables.inKernel();
    }
  }

  @Override
  public Integer call() throws Exception {
    Supervised.catchUncaught();
    Descriptors.check();
    AgentMetrics metrics = new AgentMetrics();
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    try (KubernetesClient client =
            AgentClients.open(options.config(), metrics::apiRequest, metrics::unreadable);
        DataPlane dataPlane = DataPlane.open(options.keyFile());
        NodeRecord record =
            NodeRecord.open(NodeRecord.besides(options.keys), client.getKubernetesSerialization());
        KernelProbe probe = new KernelProbe(NetworkNamespace.current());
        Agent agent =
            new Agent(
                options.node,
                client,
                new Agent.Machine(
                    new Plane(dataPlane, metrics),
                    probe,
                    options.sandboxes.open(),
                    KernelSurvey.kernel(),
                    record),
                metrics);
        HealthServer health =
            HealthServer.start(
                listen,
                new HealthServer.Answers(agent::sick, agent::unready, () -> "", metrics::scrape))) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(end, ended), "end"));
      dataPlane.resume();
      dataPlane.onDrift(agent::drifted);
      agent.start();
      LOG.atInfo()
          .addKeyValue("node", options.node)
          .addKeyValue("listen", health.address())
          .log("agent started");
      CompletableFuture<Void> _ =
          agent
              .ready()
              .thenRunAsync(
                  () ->
                      WarmUp.play(client.getKubernetesSerialization(), BalancingTables.inKernel()),
                  Thread.ofVirtual().name("warm-up")::start);
      end.await();
    } finally {
      ended.countDown();
    }
    return 0;
  }

  /** Handles the request to end: waits until the parts are closed, then exits with success. */
  private static void finish(CountDownLatch end, CountDownLatch ended) {
    end.countDown();
    try {
      ended.await();
      Runtime.getRuntime().halt(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
