package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When the operator removes an unused overlay from a node. */
class IdleGraceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Instant now = START;
  private final IdleGrace idle = new IdleGrace();
  private final HostNetwork hostNetwork = hostNetwork();

  @Test
  void anOverlayStaysForAWhileAfterItsLastPod() {
    IdleGrace.Due due = idle.due(observed("overlay", Map.of(), node()), removal(), now);
    assertThat(due.hostNetworks().isEmpty()).isTrue();
    assertThat(due.next()).contains(START.plus(IdleGrace.STAY));

    now = START.plus(IdleGrace.STAY).minusMillis(1);
    assertThat(idle.due(observed("overlay", Map.of(), node()), removal(), now).next())
        .contains(START.plus(IdleGrace.STAY));

    now = START.plus(IdleGrace.STAY);
    due = idle.due(observed("overlay", Map.of(), node()), removal(), now);
    assertThat(due.hostNetworks().delete()).containsExactly(hostNetwork);
    assertThat(due.next()).isEmpty();
  }

  @Test
  void aNewPodRestartsTheIdleTime() {
    IdleGrace.Due _ = idle.due(observed("overlay", Map.of(), node()), removal(), now);
    now = START.plusSeconds(20);
    IdleGrace.Due _ = idle.due(observed("overlay", Map.of(), node()), HostNetworkChanges.NONE, now);

    IdleGrace.Due due = idle.due(observed("overlay", Map.of(), node()), removal(), now);
    assertThat(due.next()).contains(now.plus(IdleGrace.STAY));
  }

  @Test
  void whatTheUserTakesOffANodeGoesAtOnce() {
    assertThat(deleted("bridge", Map.of(), node())).containsExactly(hostNetwork);
    assertThat(deleted("overlay", Map.of("zone", "b"), node())).containsExactly(hostNetwork);
    assertThat(deleted("overlay", Map.of(), null)).containsExactly(hostNetwork);
    hostNetwork.setSpec(
        HostNetworkSpecBuilder.builder(hostNetwork.getSpec()).networkUid("earlier").build());
    assertThat(deleted("overlay", Map.of(), node())).containsExactly(hostNetwork);
  }

  private List<HostNetwork> deleted(
      String driver, Map<String, String> selector, @Nullable Node node) {
    return idle.due(observed(driver, selector, node), removal(), now).hostNetworks().delete();
  }

  private HostNetworkChanges removal() {
    return new HostNetworkChanges(List.of(), List.of(hostNetwork), List.of());
  }

  private static Node node() {
    return new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build();
  }

  private ObservedNetwork observed(
      String driver, Map<String, String> selector, @Nullable Node node) {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName("blue").withUid("uid-blue").build());
    network.setSpec(
        ContainerNetworkSpecBuilder.builder().driver(driver).nodeSelector(selector).build());
    return new ObservedNetwork(
        network,
        null,
        List.of(
            new NodeFacts("n1", node, null, node == null ? new NodeAgent(START) : NodeAgent.ALIVE)),
        List.of(hostNetwork),
        List.of(),
        Set.of(),
        List.of(),
        null);
  }

  private static HostNetwork hostNetwork() {
    HostNetwork hostNetwork = new HostNetwork();
    hostNetwork.setMetadata(
        new ObjectMetaBuilder().withName("blue.n1").withUid("uid-blue-n1").build());
    hostNetwork.setSpec(
        HostNetworkSpecBuilder.builder().network("blue").networkUid("uid-blue").node("n1").build());
    return hostNetwork;
  }
}
