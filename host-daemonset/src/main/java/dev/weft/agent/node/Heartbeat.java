package dev.weft.agent.node;

import dev.weft.agent.cluster.ServerSideApply;
import dev.weft.agent.retry.Timer;
import dev.weft.api.Causes;
import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews a Lease as a sign of life. The agent does not depend on it: it repeats a failed renewal.
 */
public final class Heartbeat {
  /** Interval between renewals of the Lease. */
  static final Duration PERIOD = Duration.ofSeconds(10);

  /** Others treat the agent as gone after this time without renewal. */
  static final Duration DURATION = Duration.ofSeconds(40);

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final KubernetesClient client;
  private final String node;
  private final Clock clock;
  private final AtomicBoolean failing = new AtomicBoolean();
  private volatile Instant renewed;
  private volatile String failure = "";

  /** The heartbeat of {@code node}'s agent. */
  public Heartbeat(KubernetesClient client, String node, Clock clock) {
    this.client = client;
    this.node = node;
    this.clock = clock;
    this.renewed = clock.instant();
  }

  /**
   * Report of an expired Lease, after which others treat this agent as gone; empty if it is valid.
   */
  public Optional<String> trouble() {
    return Duration.between(renewed, clock.instant()).compareTo(DURATION) < 0
        ? Optional.empty()
        : Optional.of(
            "the agent's Lease was not renewed since %s: %s"
                .formatted(renewed.truncatedTo(ChronoUnit.SECONDS), failure));
  }

  /** Starts to renew the Lease. */
  public void start(Timer timer) {
    timer.every(PERIOD, this::beat);
  }

  private void beat() {
    try {
      Lease _ = client.resource(lease()).patch(ServerSideApply.forced());
      failing.set(false);
      renewed = clock.instant();
    } catch (KubernetesClientException e) {
      failure = Causes.of(e);
      if (failing.compareAndSet(false, true)) {
        LOG.atWarn()
            .addKeyValue("node", node)
            .log("the agent's Lease cannot be renewed; the agent keeps working: {}", failure);
      }
    }
  }

  private Lease lease() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(Names.agentLease(node))
        .withNamespace(Names.NAMESPACE)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(node)
        .withLeaseDurationSeconds((int) DURATION.toSeconds())
        .withRenewTime(
            ZonedDateTime.ofInstant(clock.instant().truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC))
        .endSpec()
        .build();
  }
}
