package dev.weft.operator;

import static dev.weft.api.Names.OPERATOR_LEASE;

import dev.weft.operator.mesh.KeyMetrics;
import dev.weft.operator.mesh.MeshNodeReconciler;
import dev.weft.operator.mesh.MeshReconciler;
import dev.weft.operator.network.ContainerNetworkReconciler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The reconcilers together, on one client. */
public final class WeftOperator implements MeterBinder, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WeftOperator.class);
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final long LONGEST_RETRY = Duration.ofSeconds(30).toMillis();
  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private final Operator operator;
  private final KeyMetrics keyMetrics = new KeyMetrics();
  private volatile boolean closing;

  /**
   * An operator, not started.
   *
   * @param namespace where the leases of agents and of the operator are
   * @param electLeader whether it waits until it is the only one
   */
  public WeftOperator(KubernetesClient client, String namespace, boolean electLeader) {
    Clock clock = Clock.systemUTC();
    operator =
        new Operator(settings -> {
          settings
              .withKubernetesClient(client)
              .withCloseClientOnStop(false)
              .withReconciliationTerminationTimeout(SHUTDOWN)
              .withUseSSAToPatchPrimaryResource(true);
          if (electLeader) {
            settings.withLeaderElectionConfiguration(leaderElection(namespace));
          }
        });
    operator.register(
        new ContainerNetworkReconciler(client, namespace, clock),
        each -> each.withRetry(untilItWorks()));
    operator.register(
        new MeshReconciler(namespace, keyMetrics, clock), each -> each.withRetry(untilItWorks()));
    operator.register(new MeshNodeReconciler(client), each -> each.withRetry(untilItWorks()));
  }

  public void start() {
    operator.start();
  }

  /** Whether its watches stand. */
  public boolean isHealthy() {
    return operator.getRegisteredControllers().stream()
        .map(each -> each.getControllerHealthInfo())
        .allMatch(each -> each.unhealthyEventSources().isEmpty());
  }

  public boolean isStarted() {
    return operator.getRuntimeInfo().isStarted();
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    keyMetrics.bindTo(registry);
  }

  @Override
  public void close() {
    closing = true;
    operator.stop();
  }

  private LeaderElectionConfiguration leaderElection(String namespace) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(OPERATOR_LEASE)
        .withLeaseNamespace(namespace)
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(new LeaderCallbacks(() -> {}, this::stoppedLeading, leader -> {}))
        .build();
  }

  /** Another one leads now: not one more write may leave this process. */
  private void stoppedLeading() {
    if (!closing) {
      log.error("lost the lease {}, so this operator ends; the next one goes on", OPERATOR_LEASE);
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
