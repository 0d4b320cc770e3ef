package dev.weft.operator;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Names;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
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
    hasDied(held);

    try (WeftOperator second = start()) {
      await().atMost(LONG).until(() -> second.lease().equals("it leads"));
      assertThat(lease().getSpec().getHolderIdentity()).isNotEqualTo(held.getHolderIdentity());
    }
  }

  @Test
  void anotherOperatorSaysWhatDiedWithTheNodeOfTheFirst() {
    CLUSTER.stopOperator();
    CLUSTER.agents().join("n1", "n2");
    LeaseSpec held;
    try (WeftOperator _ = start()) {
      client().resource(network("web", "bridge")).create();
      await().atMost(LONG).until(() -> Conditions.TRUE.equals(ready().getStatus()));
      held = lease().getSpec();
    }
    hasDied(held);
    CLUSTER.agents().silence("n1");
    CLUSTER.agents().renewLease("n1", Duration.ofSeconds(1), Instant.now());
    assertThat(ready().getStatus()).isEqualTo(Conditions.TRUE);

    try (WeftOperator _ = start()) {
      await().atMost(LONG).until(() -> Conditions.FALSE.equals(ready().getStatus()));
      assertThat(ready().getMessage()).contains("1 of 2", "n1", "lease");
    }
  }

  /** An operator that has ended has given up its lease; a dead one has not. */
  private static void hasDied(LeaseSpec held) {
    Lease left = lease();
    held.setRenewTime(ZonedDateTime.now(ZoneOffset.UTC));
    left.setSpec(held);
    client().resource(left).update();
  }

  private static Condition ready() {
    ContainerNetwork network = client().resources(ContainerNetwork.class).withName("web").get();
    return Optional.ofNullable(network.getStatus())
        .flatMap(status -> Conditions.find(status.conditions(), Conditions.READY))
        .orElseGet(Condition::new);
  }

  /** It waits to lead in its start. */
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
