package dev.weft.operator;

import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leader election by a lease, which one operator holds at a time. */
final class Leadership {
  private static final Logger log = LoggerFactory.getLogger(Leadership.class);

  /**
   * Duration of the lease. With one retry after it, another operator leads within 14 s after this
   * one dies. The last renewal reads and writes the lease, and begins within {@link #RENEWAL}: it
   * ends before this.
   */
  static final Duration DURATION = Duration.ofSeconds(12);

  /** Time in which this operator may begin to renew the lease. */
  static final Duration RENEWAL = Duration.ofSeconds(7);

  static final Duration RETRY = Duration.ofSeconds(2);

  /**
   * Limit of a request for the lease. A connection may break silently: the next renewal, on another
   * connection, still starts within {@link #RENEWAL}.
   */
  static final Duration REQUEST = Duration.ofSeconds(2);

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

  /** Limits requests for the lease to {@link #REQUEST}. */
  static Interceptor inTime() {
    return new Interceptor() {
      @Override
      public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (builder instanceof HttpRequest.Builder limited
            && request.uri().getPath().endsWith("/leases/" + Names.OPERATOR_LEASE)) {
          HttpRequest.Builder _ = limited.timeout(REQUEST.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    };
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
