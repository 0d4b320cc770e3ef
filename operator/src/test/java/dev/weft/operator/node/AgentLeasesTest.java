package dev.weft.operator.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

class AgentLeasesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Time time = new Time();
  private final AgentLeases leases = new AgentLeases(time);

  @Test
  void anAgentWithoutALeaseIsDeadSinceTheOperatorLooks() {
    time.pass(9);

    assertThat(leases.agent("n1")).isEqualTo(new NodeAgent(START));
  }

  @Test
  void anAgentLivesUntilItsLeaseExpires() {
    leases.renewed("n1", lease(START));

    time.pass(39);
    assertThat(leases.agent("n1").isAlive()).isTrue();
    time.pass(1);
    assertThat(leases.agent("n1")).isEqualTo(new NodeAgent(START.plusSeconds(40)));
  }

  @Test
  void noLeaseHoldsForLongerThanFiveMinutes() {
    Lease lease = lease(START);
    lease.getSpec().setLeaseDurationSeconds(Integer.MAX_VALUE);
    leases.renewed("n1", lease);

    time.pass(299);
    assertThat(leases.agent("n1").isAlive()).isTrue();
    time.pass(1);
    assertThat(leases.agent("n1").isAlive()).isFalse();
  }

  @Test
  void aRenewalCountsFromTheMomentItIsSeen() {
    leases.renewed("n1", lease(START));
    time.pass(30);
    leases.renewed("n1", lease(START.minusSeconds(3600)));

    time.pass(39);
    assertThat(leases.agent("n1").isAlive()).isTrue();
  }

  @Test
  void theSameLeaseSeenAgainIsNoRenewal() {
    leases.renewed("n1", lease(START));
    time.pass(30);
    leases.renewed("n1", lease(START));

    time.pass(10);
    assertThat(leases.agent("n1").isAlive()).isFalse();
  }

  @Test
  void aLeaseThatExpiredBeforeTheOperatorStartedIsDead() {
    leases.renewed("n1", lease(START.minusSeconds(600)));

    assertThat(leases.agent("n1")).isEqualTo(new NodeAgent(START.minusSeconds(560)));
  }

  @Test
  void aLeaseFromTheFutureCountsFromNow() {
    leases.renewed("n1", lease(START.plusSeconds(600)));

    time.pass(40);
    assertThat(leases.agent("n1").isAlive()).isFalse();
  }

  @Test
  void onlyTheReturnOfADeadAgentIsNews() {
    assertThat(leases.renewed("n1", lease(START))).isTrue();
    time.pass(10);
    assertThat(leases.renewed("n1", lease(time.instant()))).isFalse();
    time.pass(60);
    assertThat(leases.renewed("n1", lease(time.instant()))).isTrue();
  }

  @Test
  void aDeletedLeaseIsADeadAgent() {
    leases.renewed("n1", lease(START));
    leases.deleted("n1");

    assertThat(leases.agent("n1").isAlive()).isFalse();
  }

  @Test
  void onlyLeasesOfAgentsNameANode() {
    assertThat(AgentLeases.node(named("weft-agent-n1.example.org"))).contains("n1.example.org");
    assertThat(AgentLeases.node(named("weft-operator"))).isEmpty();
    assertThat(AgentLeases.node(named("weft-agent-"))).isEmpty();
  }

  private static Lease named(String name) {
    return new LeaseBuilder().withNewMetadata().withName(name).endMetadata().build();
  }

  private static Lease lease(Instant renewed) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName("weft-agent-n1")
        .endMetadata()
        .withNewSpec()
        .withLeaseDurationSeconds(40)
        .withRenewTime(ZonedDateTime.ofInstant(renewed, ZoneOffset.UTC))
        .endSpec()
        .build();
  }

  private static final class Time extends Clock {
    private Instant now = START;

    void pass(int seconds) {
      now = now.plus(Duration.ofSeconds(seconds));
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
