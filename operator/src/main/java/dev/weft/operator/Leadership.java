package dev.weft.operator;

import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leader election by a lease, which one operator holds at a time. */
final class Leadership {
  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /**
   * Duration of the lease. With one retry after it, another operator leads within 12 s after this
   * one dies.
   */
  static final Duration DURATION = Duration.ofSeconds(10);

  /**
   * Time that this operator may try to renew the lease; it ends well before another one can lead.
   */
  private static final Duration RENEWAL = Duration.ofSeconds(7);

  static final Duration RETRY = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String namespace;
  // two processes on one machine need different identities
  private final String identity =
      System.getenv().getOrDefault("HOSTNAME", "operator") + "_" + UUID.randomUUID();

  /**
   * Creates the election without requesting the lease.
   *
   * @param namespace namespace of the lease
   */
  Leadership(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * Configures the framework's leader election.
   *
   * @param won called when this operator gets the lease
   * @param lost called when this operator loses the lease
   */
  LeaderElectionConfiguration election(Runnable won, Runnable lost) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(Names.OPERATOR_LEASE)
        .withLeaseNamespace(namespace)
        .withIdentity(identity)
        .withLeaseDuration(DURATION)
        .withRenewDeadline(RENEWAL)
        .withRetryPeriod(RETRY)
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(new LeaderCallbacks(won, lost, leader -> {}))
        .build();
  }

  /**
   * Releases the lease if this operator holds it, so that the next operator need not wait for its
   * expiry. The caller must have stopped all writes.
   */
  void release() {
    try {
      Resource<Lease> resource =
          client.leases().inNamespace(namespace).withName(Names.OPERATOR_LEASE);
      Lease lease = resource.get();
      if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity(null);
        // with the version that was read, so a lease that was taken meanwhile stays
        client.resource(lease).update();
      }
    } catch (KubernetesClientException e) {
      log.atWarn()
          .addKeyValue("lease", Names.OPERATOR_LEASE)
          .log("not given up, so the next operator waits for its end: {}", e.getMessage());
    }
  }
}
