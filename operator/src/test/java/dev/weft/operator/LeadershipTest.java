package dev.weft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Names;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One operator after the other. */
@Tag("api-server")
class LeadershipTest {
  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  private static final Duration LONG = Duration.ofSeconds(40);

  @Test
  void anotherOperatorLeadsWithinFifteenSecondsOfTheDeathOfTheFirst() {
    CLUSTER.stopOperator();
    LeaseSpec held;
    try (WeftOperator first = start()) {
      await().atMost(LONG).until(() -> first.lease().equals("it leads"));
      held = lease().getSpec();
    }
    assertThat(Duration.ofSeconds(held.getLeaseDurationSeconds()).plus(Leadership.RETRY))
        .isLessThan(Duration.ofSeconds(15));
    assertThat(Leadership.RENEWAL.plus(Leadership.REQUEST.multipliedBy(2)))
        .as("the last renewal, which reads and writes the lease, ends before another may lead")
        .isLessThan(Leadership.DURATION);
    assertThat(Leadership.RETRY.plus(Leadership.REQUEST).plus(Leadership.RETRY))
        .as("a renewal that times out is followed by another in time")
        .isLessThan(Leadership.RENEWAL);
    // as if it had died without releasing the lease
    Lease left = lease();
    held.setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
    left.setSpec(held);
    client().resource(left).update();

    try (WeftOperator second = start()) {
      await().atMost(LONG).until(() -> second.lease().equals("it leads"));
      assertThat(lease().getSpec().getHolderIdentity()).isNotEqualTo(held.getHolderIdentity());
    }
  }

  /** The operator waits in its start until it leads. */
  private static WeftOperator start() {
    WeftOperator operator =
        new WeftOperator(client(), Names.NAMESPACE, true, new SimpleMeterRegistry());
    // not on the common pool, because the election needs its few threads
    Thread _ = Thread.ofPlatform().daemon().name("operator").start(operator::start);
    return operator;
  }

  private static Lease lease() {
    return client().leases().inNamespace(Names.NAMESPACE).withName(Names.OPERATOR_LEASE).get();
  }

  private static KubernetesClient client() {
    return CLUSTER.client();
  }
}
