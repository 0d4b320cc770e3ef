package dev.weft.operator;

import static dev.weft.api.Names.OPERATOR_LEASE;

import dev.weft.operator.kube.PagedLists;
import dev.weft.operator.mesh.KeyMetrics;
import dev.weft.operator.mesh.MeshNodeReconciler;
import dev.weft.operator.mesh.MeshReconciler;
import dev.weft.operator.metrics.NetworkGauges;
import dev.weft.operator.metrics.ReconcileMetrics;
import dev.weft.operator.network.ContainerNetworkReconciler;
import dev.weft.operator.service.OverlayServiceReconciler;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.health.Status;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs all reconcilers on one client. */
public final class WeftOperator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WeftOperator.class);
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final long LONGEST_RETRY = Duration.ofSeconds(30).toMillis();
  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(3650);

  private static final int AT_ONCE = 16;

  private final Operator operator;
  private final ExecutorService reconciliations = reconciliations();
  private final Leadership leadership;
  private final ContainerNetworkReconciler networks;
  private final NetworkGauges gauges;
  private volatile boolean leads;
  private volatile boolean closing;
  private volatile @Nullable Throwable failure;

  /**
   * Creates the operator without starting it.
   *
   * @param namespace namespace of the leases of the agents and the operator
   * @param electLeader whether the operator waits until it leads
   * @param registry registry of the metrics
   */
  public WeftOperator(
      KubernetesClient client, String namespace, boolean electLeader, MeterRegistry registry) {
    Clock clock = Clock.systemUTC();
    leads = !electLeader;
    leadership = new Leadership(client, namespace);
    gauges = new NetworkGauges(registry);
    Gauge.builder("weft.operator.leading", () -> leads ? 1 : 0)
        .description("1 if this operator leads, 0 if it waits to lead")
        .register(registry);
    operator =
        new Operator(settings -> {
          settings
              .withKubernetesClient(client)
              .withCloseClientOnStop(false)
              .withMetrics(new ReconcileMetrics(registry))
              .withExecutorService(reconciliations)
              .withReconciliationTerminationTimeout(SHUTDOWN)
              // with incomplete caches, reconcilers would take existing objects for deleted
              .withStopOnInformerErrorDuringStartup(false)
              .withCacheSyncTimeout(AS_LONG_AS_IT_TAKES)
              .withInformerStoppedHandler(WeftOperator::stopped)
              .withUseSSAToPatchPrimaryResource(true);
          if (electLeader) {
            settings.withLeaderElectionConfiguration(
                leadership.election(() -> leads = true, this::stoppedLeading));
          }
        });
    KeyMetrics keys = new KeyMetrics();
    keys.bindTo(registry);
    networks = new ContainerNetworkReconciler(client, namespace, clock);
    operator.register(networks, WeftOperator::configure);
    operator.register(new MeshReconciler(namespace, keys, clock), WeftOperator::configure);
    operator.register(new MeshNodeReconciler(client, namespace, clock), WeftOperator::configure);
    if (client.supports(EndpointSlice.class)) {
      operator.register(new OverlayServiceReconciler(client, clock), WeftOperator::configure);
    } else {
      log.warn("this API server has no discovery.k8s.io/v1, so OverlayServices are left alone");
    }
  }

  /**
   * Disables periodic reconciliation; a reconciler that waits for a time sets its own timer. The
   * framework would set a timer after each reconciliation, and fails if the resource is deleted at
   * that moment.
   */
  private static void configure(ControllerConfigurationOverrider<?> settings) {
    settings
        .withRetry(untilItWorks())
        .withReconciliationMaxInterval(null)
        .withInformerListLimit(PagedLists.PAGE);
  }

  public void start() {
    operator.start();
  }

  /** Reasons to restart the process; empty: it is healthy. */
  List<String> sick() {
    List<String> reasons =
        new ArrayList<>(watches((health, each) -> !each.isRunning(), "has ended its watch of"));
    Throwable error = failure;
    if (error != null) {
      reasons.add("a reconciliation met " + error);
    }
    return reasons;
  }

  /** Reasons why the operator is not ready; empty: it works, or waits to lead. */
  List<String> unready() {
    return operator.getRuntimeInfo().isStarted()
        ? watches((health, _) -> health == Status.UNHEALTHY, "does not watch and tries again:")
        : List.of("the controllers have not started");
  }

  private List<String> watches(BiPredicate<Status, InformerHealthIndicator> which, String trouble) {
    List<String> found = new ArrayList<>();
    for (RegisteredController<?> controller : operator.getRegisteredControllers()) {
      controller
          .getControllerHealthInfo()
          .informerEventSourceHealthIndicators()
          .forEach((source, raw) -> {
            InformerWrappingEventSourceHealthIndicator<?> health = raw;
            if (health.informerHealthIndicators().values().stream()
                .anyMatch(each -> which.test(each.getStatus(), each))) {
              found.add(
                  "the controller %s %s %s"
                      .formatted(controller.getConfiguration().getName(), trouble, source));
            }
          });
    }
    return found;
  }

  /** Leadership as text. */
  String lease() {
    return leads ? "it leads" : "it waits to lead";
  }

  /** Updates the gauges of networks; only the leader has their state. */
  public void count() {
    if (leads) {
      gauges.show(networks.networks());
    }
  }

  @Override
  public void close() {
    closing = true;
    endReconciliations();
    operator.stop();
    leadership.release();
  }

  /**
   * Ends all reconciliations before the framework stops. The framework empties its caches while
   * reconciliations run, and these would take missing objects for deleted.
   */
  private void endReconciliations() {
    reconciliations.shutdown();
    try {
      if (!reconciliations.awaitTermination(SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn(
            "reconciliations did not end within {} s and are interrupted", SHUTDOWN.toSeconds());
        reconciliations.shutdownNow();
      }
    } catch (InterruptedException e) {
      reconciliations.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Executor of reconciliations. After its shutdown it discards new ones, which the next operator
   * handles. It records an {@link Error}, after which the framework never reconciles the resource
   * again.
   */
  private ExecutorService reconciliations() {
    var threads =
        new ThreadPoolExecutor(
            AT_ONCE,
            AT_ONCE,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            new ThreadPoolExecutor.DiscardPolicy()) {
          @Override
          protected void afterExecute(Runnable done, @Nullable Throwable thrown) {
            if (thrown instanceof Error) {
              failure = thrown;
            }
          }
        };
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Logs a watch that has stopped. The process goes on, and {@link #sick} reports the watch. */
  private static void stopped(SharedIndexInformer<?> informer, @Nullable Throwable failure) {
    if (failure != null) {
      log.atError()
          .addKeyValue("kind", informer.getApiTypeClass().getSimpleName())
          .setCause(failure)
          .log("a watch has stopped, so this operator is not healthy");
    }
  }

  /** Halts the process, because another operator leads and this one must not write any more. */
  private void stoppedLeading() {
    if (!closing) {
      log.error("lost the lease {}, so this operator ends; the next one continues", OPERATOR_LEASE);
      Runtime.getRuntime().halt(1);
    }
  }

  private static GenericRetry untilItWorks() {
    return new GenericRetry()
        .setInitialInterval(FIRST_RETRY)
        .setIntervalMultiplier(2)
        .setMaxInterval(LONGEST_RETRY)
        .withoutMaxAttempts();
  }
}
