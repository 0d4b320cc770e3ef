package dev.weft.operator;

import dev.weft.api.Names;
import dev.weft.api.reading.Reading;
import dev.weft.operator.metrics.UnreadableObjects;
import dev.weft.operator.web.HealthServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs until it is told to stop. */
@Command(name = "run", description = "Run the operator.", mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);
  private static final int FAILED = 1;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the API server. Default: $KUBECONFIG, or the pod's own account.")
  @Nullable Path kubeconfig;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = Names.NAMESPACE,
      description = "Where the leases are. Default: ${DEFAULT-VALUE}.")
  String namespace = Names.NAMESPACE;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      defaultValue = "127.0.0.1:9811",
      description = "Where /healthz, /readyz and /metrics are served. Default: ${DEFAULT-VALUE}.",
      converter = ListenAddress.class)
  InetSocketAddress listen = new InetSocketAddress(0);

  @Option(
      names = "--no-leader-election",
      description = "Do not wait to be the only operator; for a cluster with one for certain.")
  boolean alone;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Override
  public Integer call() throws Exception {
    try (KubernetesClient client = client()) {
      ApiServer api = new ApiServer(client);
      api.awaitAnswer();
      List<String> missing = api.missingKinds();
      if (!missing.isEmpty()) {
        log.error(
            "not installed in the cluster: {}; apply the project's manifests/crds first: kubectl"
                + " apply -f manifests/crds",
            String.join(", ", missing));
        return FAILED;
      }
      return run(client);
    }
  }

  private int run(KubernetesClient client) throws IOException, InterruptedException {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Thread onSignal = new Thread(() -> await(stop, stopped), "stop");
    try (JvmGcMetrics gc = new JvmGcMetrics();
        WeftOperator operator = new WeftOperator(client, namespace, !alone, registry);
        HealthServer health =
            HealthServer.start(
                listen,
                operator::isHealthy,
                operator::isStarted,
                () -> {
                  operator.count();
                  return registry.scrape();
                })) {
      gc.bindTo(registry);
      operator.start();
      Runtime.getRuntime().addShutdownHook(onSignal);
      log.atInfo()
          .addKeyValue("server", client.getMasterUrl())
          .addKeyValue("namespace", namespace)
          .addKeyValue("port", health.port())
          .log("the operator runs");
      stop.await();
    } finally {
      stopped.countDown();
    }
    return 0;
  }

  private static void await(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private KubernetesClient client() {
    Config config =
        kubeconfig == null
            ? Config.autoConfigure(null)
            : Config.fromKubeconfig(kubeconfig.toFile());
    Reading reading = new Reading(new UnreadableObjects(registry)::found);
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withKubernetesSerialization(new KubernetesSerialization(reading.mapper(), true))
        .build();
  }
}
