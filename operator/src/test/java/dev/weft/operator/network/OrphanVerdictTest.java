package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.SandboxReference;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrphanVerdictTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final NodeFacts ALIVE = node(NodeAgent.ALIVE);
  private static final NodeFacts DEAD = node(new NodeAgent(NOW.minus(OrphanVerdict.GRACE)));

  @Test
  void anAgentThatLivesReleasesItsOwnEndpoints() {
    assertThat(OrphanVerdict.of(endpoint("uid"), ALIVE, false, NOW))
        .isEqualTo(new OrphanVerdict.Kept());
  }

  @Test
  void anEndpointOfALivePodStays() {
    assertThat(OrphanVerdict.of(endpoint("uid"), DEAD, true, NOW))
        .isEqualTo(new OrphanVerdict.Kept());
  }

  @Test
  void anEndpointOfADeadAgentStaysForTheGracePeriod() {
    NodeFacts justDied = node(new NodeAgent(NOW.minusSeconds(1)));

    assertThat(OrphanVerdict.of(endpoint("uid"), justDied, false, NOW))
        .isEqualTo(new OrphanVerdict.KeptUntil(NOW.minusSeconds(1).plus(OrphanVerdict.GRACE)));
  }

  @Test
  void theAddressIsFreeAfterTheGracePeriod() {
    assertThat(OrphanVerdict.of(endpoint("uid"), DEAD, false, NOW))
        .isEqualTo(new OrphanVerdict.OfNoPod());
  }

  @Test
  void aSandboxWithoutAPodIgnoresTheListOfPods() {
    assertThat(OrphanVerdict.of(endpoint(null), DEAD, false, NOW))
        .isEqualTo(new OrphanVerdict.Kept());
  }

  @Test
  void anEndpointGoesWithItsNode() {
    NodeFacts gone = new NodeFacts("n1", null, null, new NodeAgent(NOW));

    assertThat(OrphanVerdict.of(endpoint("uid"), gone, true, NOW))
        .isEqualTo(new OrphanVerdict.OfNoNode());
  }

  private static NodeFacts node(NodeAgent agent) {
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
