package dev.weft.operator;

import dev.weft.api.Names;
import dev.weft.api.reading.Reading;
import dev.weft.operator.metrics.UnreadableObjects;
import dev.weft.process.ApiClients;
import dev.weft.process.ApiServerOption;
import dev.weft.process.HealthServer;
import dev.weft.process.ListenAddress;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the operator until a signal stops it. */
@Command(name = "run", description = "Run the operator.", mixinStandardHelpOptions = true)
final class OperatorRunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(OperatorRunCommand.class);
  private static final int FAILED = 1;

  @Mixin private ApiServerOption apiServer = new ApiServerOption();

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

  /** Metrics of the process, available even before the operator has started. */
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Override
  public Integer call() throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((thread, e) ->
        log.atError().addKeyValue("thread", thread.getName()).setCause(e).log("a thread failed"));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (KubernetesClient client = client();
        JvmGcMetrics gc = new JvmGcMetrics();
        Startup startup =
            new Startup(client, counted -> new WeftOperator(client, namespace, !alone, counted));
        HealthServer health = HealthServer.start(listen, answers(startup))) {
      gc.bindTo(registry);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> await(stop, stopped), "stop"));
      log.atInfo().addKeyValue("port", health.address().getPort()).log("the operator listens");
      Startup.End end = startup.run(stop);
      if (end == Startup.End.STARTED) {
        log.atInfo()
            .addKeyValue("server", client.getMasterUrl())
            .addKeyValue("namespace", namespace)
            .addKeyValue("port", health.address().getPort())
            .log("the operator runs");
        stop.await();
      }
      return end == Startup.End.LACKING ? FAILED : 0;
    } finally {
      stopped.countDown();
    }
  }

  private HealthServer.Answers answers(Startup startup) {
    return new HealthServer.Answers(
        startup::sick,
        startup::unready,
        startup::lease,
        () -> registry.scrape() + startup.scrape());
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
    Reading reading = new Reading(new UnreadableObjects(registry)::found);
    return ApiClients.builder(
            ApiClients.prompt(apiServer.config()),
            reading.mapper(),
            http -> http.addOrReplaceInterceptor("weft-lease", Leadership.inTime()))
        .build();
  }
}
