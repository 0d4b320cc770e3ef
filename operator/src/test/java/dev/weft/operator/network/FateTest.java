package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import dev.weft.operator.node.Agent;
import dev.weft.operator.node.NodeFacts;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FateTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final NodeFacts ALIVE = node(Agent.ALIVE);
  private static final NodeFacts DEAD = node(new Agent(NOW.minus(Fate.GRACE)));

  @Test
  void anAgentThatLivesReleasesItsOwnEndpoints() {
    assertThat(Fate.of(endpoint("uid"), ALIVE, false, NOW)).isEqualTo(new Fate.Kept());
  }

  @Test
  void anEndpointWhosePodIsThereStays() {
    assertThat(Fate.of(endpoint("uid"), DEAD, true, NOW)).isEqualTo(new Fate.Kept());
  }

  @Test
  void anEndpointOfADeadAgentStaysForTheGracePeriod() {
    NodeFacts justDied = node(new Agent(NOW.minusSeconds(1)));

    assertThat(Fate.of(endpoint("uid"), justDied, false, NOW))
        .isEqualTo(new Fate.KeptUntil(NOW.minusSeconds(1).plus(Fate.GRACE)));
  }

  @Test
  void afterTheGracePeriodItIsNobodys() {
    assertThat(Fate.of(endpoint("uid"), DEAD, false, NOW)).isEqualTo(new Fate.OfNoPod());
  }

  @Test
  void aSandboxThatIsNoPodIsNotJudgedByPods() {
    assertThat(Fate.of(endpoint(null), DEAD, false, NOW)).isEqualTo(new Fate.Kept());
  }

  @Test
  void anEndpointGoesWithItsNode() {
    NodeFacts gone = new NodeFacts("n1", null, null, new Agent(NOW));

    assertThat(Fate.of(endpoint("uid"), gone, true, NOW)).isEqualTo(new Fate.OfNoNode());
  }

  private static NodeFacts node(Agent agent) {
    return new NodeFacts("n1", null, new MeshNode(), agent);
  }

  private static NetworkEndpoint endpoint(@Nullable String podUid) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .sandbox(new SandboxReference("id", "default", "pod", podUid, null))
            .build());
    return endpoint;
  }
}
