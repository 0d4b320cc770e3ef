package dev.weft.operator;

import dev.weft.api.Names;
import dev.weft.operator.mesh.MeshNodeReconciler;
import dev.weft.operator.mesh.MeshReconciler;
import dev.weft.operator.network.ContainerNetworkReconciler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Clock;
import java.time.Duration;

/** The reconcilers together, on one client. */
public final class WeftOperator implements AutoCloseable {
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final long LONGEST_RETRY = Duration.ofSeconds(30).toMillis();
  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private final Operator operator;

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
    operator.register(new MeshReconciler(clock), each -> each.withRetry(untilItWorks()));
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
  public void close() {
    operator.stop();
  }

  private static LeaderElectionConfiguration leaderElection(String namespace) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(Names.OPERATOR_LEASE)
        .withLeaseNamespace(namespace)
        .build();
  }

  private static GenericRetry untilItWorks() {
    return new GenericRetry()
        .setInitialInterval(FIRST_RETRY)
        .setIntervalMultiplier(2)
        .setMaxInterval(LONGEST_RETRY)
        .withoutMaxAttempts();
  }
}
