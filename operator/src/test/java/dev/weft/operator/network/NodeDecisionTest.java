package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Conditions;
import dev.weft.api.Subnet;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Effect of one node on the decision about a network, and about others. */
class NodeDecisionTest extends Decisions {
  @Test
  void anMtuThatNoLinkHasTakesNoRoomFromOtherNodes() {
    network = stored(network("web", "overlay"), "uid-web", NOW.toString());
    alive("n1", "n2");
    change("n2", spec -> spec.mtu(1279));
    assertThat(decide().status().mtu()).isEqualTo(1450);

    change("n2", spec -> spec.mtu(1280));
    assertThat(decide().status().mtu()).isEqualTo(1230);
  }

  @Test
  void aNodeWithoutRoomForIpv6TakesItFromNoOther() {
    Subnet ipv6 = new Subnet("fd10::/64", null, null, null, null);
    network =
        stored(
            network("web", "overlay", spec -> spec.subnets(List.of(ipv6))),
            "uid-web",
            NOW.toString());
    alive("n1", "n2");
    change("n2", spec -> spec.mtu(1329));
    assertThat(decide().status().mtu()).isEqualTo(1450);

    change("n2", spec -> spec.mtu(1330));
    assertThat(decide().status().mtu()).isEqualTo(1280);
  }

  @Test
  void aMeshNodeWithoutANodeIsNoNodeWhereOthersHaveTheirs() {
    nodes.add(new NodeFacts("n1", node("n1"), meshNode("n1"), NodeAgent.ALIVE));
    alive("made-up");

    assertThat(names(decide().hostNetworks().apply())).containsExactly("web.n1");
  }

  @Test
  void aNodeWithAnotherNodesTunnelAddressIsNotReady() {
    network = stored(network("web", "overlay"), "uid-web", NOW.toString());
    podNodes.addAll(List.of("n1", "n2"));
    alive("n1");
    nodes.add(
        new NodeFacts(
            "n2", null, meshNode("n2"), NodeAgent.ALIVE, java.util.Optional.of("it names n1's")));
    carryOut(decide());
    report("n1", Conditions.READY, Conditions.TRUE);
    report("n2", Conditions.READY, Conditions.TRUE);

    assertThat(ready(decide()).getMessage()).isEqualTo("1 of 2 nodes carry it; n2: it names n1's");
  }

  @Test
  void aDeselectedNodeIsClearedWithItsLastEndpoint() {
    alive("n1", "n2");
    carryOut(decide());
    endpoint("n2");
    nodes.removeIf(node -> node.name().equals("n2"));
    nodes.add(new NodeFacts("n2", node("n2"), null, new NodeAgent(NOW)));

    assertThat(decide().hostNetworks().isEmpty()).isTrue();

    endpoints.clear();
    assertThat(names(decide().hostNetworks().delete())).containsExactly("web.n2");
  }

  @Test
  void aReregisteredNodeKeepsItsNetworksWhileItsAgentLives() {
    alive("n1", "n2");
    carryOut(decide());
    nodes.removeIf(node -> node.name().equals("n2"));
    nodes.add(new NodeFacts("n2", null, null, NodeAgent.ALIVE));

    assertThat(decide().hostNetworks().isEmpty()).isTrue();
  }

  @Test
  void aNodeThatIsGoneIsForgottenOnlyAfterItsHostNetworkIsDeleted() {
    alive("n1", "n2");
    carryOut(decide());
    nodes.removeIf(node -> node.name().equals("n2"));
    nodes.add(new NodeFacts("n2", null, null, new NodeAgent(NOW)));

    assertThat(names(decide().hostNetworks().delete())).containsExactly("web.n2");
    assertThat(decide().hostNetworks().forget()).isEmpty();

    hostNetworks.getLast().getMetadata().setDeletionTimestamp(NOW.toString());
    assertThat(names(decide().hostNetworks().forget())).containsExactly("web.n2");
    assertThat(decide().hostNetworks().delete()).isEmpty();
  }
}
