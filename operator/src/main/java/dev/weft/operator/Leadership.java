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

/** The lease that one operator holds at a time, as it looks to this one. */
final class Leadership {
  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /** With a retry after it, another operator leads within 12 s of the death of this one. */
  static final Duration DURATION = Duration.ofSeconds(10);

  /** How long this one may try to renew before it ends, well before another one can lead. */
  private static final Duration RENEWAL = Duration.ofSeconds(7);

  static final Duration RETRY = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String namespace;
  // two processes on one machine must not take each other for themselves
  private final String identity =
      System.getenv().getOrDefault("HOSTNAME", "operator") + "_" + UUID.randomUUID();

  /**
   * A lease that is not asked for yet.
   *
   * @param namespace where it is
   */
  Leadership(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * How the framework asks for it and keeps it.
   *
   * @param won called when it is ours
   * @param lost called when it is another's
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
   * Gives it up, if it is ours, so that the next operator need not wait until it ends by itself.
   * Only for one that writes nothing any more.
   */
  void release() {
    try {
      Resource<Lease> resource =
          client.leases().inNamespace(namespace).withName(Names.OPERATOR_LEASE);
      Lease lease = resource.get();
      if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity(null);
        // with the version that was read: a lease that was taken meanwhile stays
        client.resource(lease).update();
      }
    } catch (KubernetesClientException e) {
      log.atWarn()
          .addKeyValue("lease", Names.OPERATOR_LEASE)
          .log("not given up, so the next operator waits for its end: {}", e.getMessage());
    }
  }
}
