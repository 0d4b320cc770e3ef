package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Defaults;
import dev.weft.api.NodeCounts;
import dev.weft.api.OverlayTunnel;
import dev.weft.api.Ports;
import dev.weft.api.Reason;
import dev.weft.api.RolloutProgress;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionTest extends Decisions {
  @Test
  void aNewNetworkIsTakenUpWithReadyUnknown() {
    alive("n1");

    Decision first = decide();

    assertThat(summary(first.status()))
        .containsExactly(
            "Ready=Unknown NodesInProgress",
            "Reconciling=True NodesInProgress",
            "Stalled=False NotStalled",
            "Degraded=False NotDegraded",
            "Drifted=False InSync",
            "AddressesExhausted=False AddressesFree");
    assertThat(names(first.hostNetworks().apply())).containsExactly("web.n1");
  }

  @Test
  void whatWasDecidedOnceIsNotDecidedAgain() {
    alive("n1", "n2");
    carryOut(decide());
    report("n1", Conditions.READY, Conditions.TRUE);
    report("n2", Conditions.READY, Conditions.TRUE);
    carryOut(decide());

    now = now.plus(Duration.ofDays(1));
    Decision again = decide();

    assertThat(again.status()).isEqualTo(network.getStatus());
    assertThat(again.hostNetworks().isEmpty()).isTrue();
    assertThat(summary(again.status()))
        .startsWith("Ready=True AllNodesReady", "Reconciling=False Done");
  }

  @Test
  void theFirstThreeOfManyFailingNodesAreNamed() {
    alive("n1", "n2", "n3", "n4", "n5");
    carryOut(decide());
    nodes.forEach(node -> report(node.name(), Conditions.READY, Conditions.FALSE));

    Decision decision = decide();

    assertThat(ready(decision).getMessage())
        .isEqualTo(
            "0 of 5 nodes carry it; n1: said by the agent; n2: said by the agent; n3: said by the"
                + " agent; and 2 more");
    assertThat(summary(decision.status()))
        .contains("Ready=False NodesNotReady", "Reconciling=True NodesNotReady")
        .contains("Degraded=True NodesNotReady", "Stalled=False NotStalled");
    assertThat(
            Conditions.find(decision.status().conditions(), Conditions.STALLED)
                .orElseThrow()
                .getMessage())
        .isEqualTo("the network itself waits for no change; Degraded says what is wrong");
  }

  @Test
  void aReportAboutAnOlderHostNetworkProvesNothing() {
    alive("n1");
    carryOut(decide());
    report("n1", Conditions.READY, Conditions.TRUE);
    hostNetworks.getFirst().getMetadata().setGeneration(2L);

    assertThat(summary(decide().status())).contains("Ready=Unknown NodesInProgress");
  }

  @Test
  void aReadyReportOfANodeThatDiedProvesNothing() {
    alive("n1");
    carryOut(decide());
    report("n1", Conditions.READY, Conditions.TRUE);
    nodes.clear();
    nodes.add(new NodeFacts("n1", null, meshNode("n1"), new NodeAgent(NOW)));

    Decision decision = decide();

    assertThat(decision.status().nodes()).isEqualTo(new NodeCounts(1, 0, "0/1"));
    assertThat(ready(decision).getMessage()).contains("n1: the agent's lease has expired");
  }

  @Test
  void aSelectorThatMatchesNoNodeWaitsForTheUser() {
    alive("n1");
    network =
        stored(
            network("web", "bridge", spec -> spec.nodeSelector(Map.of("edge", "yes"))),
            "uid-web",
            NOW.toString());

    assertThat(summary(decide().status()))
        .contains("Ready=False NoMatchingNode", "Stalled=True NoMatchingNode")
        .contains("Reconciling=False Stalled");
    assertThat(ready(decide()).getMessage()).contains("edge=yes");
  }

  @Test
  void aNodeThatMatchesAndRunsNoAgentYetIsWaitedFor() {
    nodes.add(new NodeFacts("n1", node("n1"), null, NodeAgent.ALIVE));

    assertThat(summary(decide().status()))
        .contains(
            "Ready=Unknown NoAgents", "Reconciling=True NoAgents", "Stalled=False NotStalled");
  }

  @Test
  void aChangeReachesOneNodeOfThreeAfterTheOther() {
    live("n1", "n2", "n3");
    change(each -> each.setSpec(network("web", "bridge", spec -> spec.mtu(1400)).getSpec()));

    for (String node : List.of("n1", "n2", "n3")) {
      Decision decision = decide();
      assertThat(names(decision.hostNetworks().apply())).containsExactly("web." + node);
      assertThat(decision.status().rollout().atOnce()).isEqualTo(1);
      carryOut(decision);
      assertThat(decide().hostNetworks().isEmpty()).isTrue();
      assertThat(summary(decide().status()))
          .contains(
              node.equals("n3")
                  ? "Ready=Unknown NodesInProgress"
                  : "Ready=Unknown RolloutInProgress");
      report(node, Conditions.READY, Conditions.TRUE);
    }

    carryOut(decide());
    assertThat(summary(network.getStatus())).contains("Ready=True AllNodesReady");
    assertThat(network.getStatus().rollout()).isEqualTo(new RolloutProgress("25%", 1, 3));
  }

  @Test
  void aChangeStopsAtANodeThatFailsAndTheNextOneStartsThere() {
    live("n1", "n2", "n3");
    change(each -> each.setSpec(network("web", "bridge", spec -> spec.mtu(1400)).getSpec()));
    carryOut(decide());
    report("n1", Conditions.READY, Conditions.FALSE);

    Decision halted = decide();
    assertThat(halted.hostNetworks().isEmpty()).isTrue();
    assertThat(summary(halted.status()))
        .contains("Ready=False RolloutHalted", "Degraded=True RolloutHalted");
    assertThat(ready(halted).getMessage())
        .isEqualTo("revision 2 has reached 1 of 3 nodes, 1 at a time; n1: said by the agent");

    change(each -> each.setSpec(network("web", "bridge", spec -> spec.mtu(1300)).getSpec()));
    assertThat(names(decide().hostNetworks().apply())).containsExactly("web.n1");
  }

  @Test
  void aChangeThatAffectsNoNodeReachesAllNodesAtOnce() {
    live("n1", "n2", "n3");
    change(each ->
        each.setSpec(
            network("web", "bridge", spec -> spec.allowedNamespaces(List.of("shop"))).getSpec()));

    assertThat(decide().hostNetworks().apply()).hasSize(3);
  }

  @Test
  void aDryRunLeavesWhatNodesCarryAndClaimsNotToBeReady() {
    live("n1", "n2");
    change(each ->
        each.setSpec(network("web", "bridge", spec -> spec.mtu(1400).mode("Plan")).getSpec()));
    alive("n3");

    Decision decision = decide();
    assertThat(names(decision.hostNetworks().apply())).containsExactly("web.n3");
    assertThat(decision.hostNetworks().apply().getFirst().getSpec().mode()).isEqualTo("Plan");
    assertThat(summary(decision.status())).contains("Ready=Unknown NodesInProgress");
    carryOut(decision);

    for (String node : List.of("n1", "n2", "n3")) {
      plan(node, 2L, 3);
    }
    assertThat(summary(decide().status()))
        .contains("Ready=False Planned", "Reconciling=False Done", "Stalled=False NotStalled");
    assertThat(ready(decide()).getMessage()).contains("n1: 3 changes", "spec.mode: Apply");

    change(each -> each.setSpec(network("web", "bridge", spec -> spec.mtu(1400)).getSpec()));
    assertThat(names(decide().hostNetworks().apply())).containsExactly("web.n1", "web.n3");
  }

  @Test
  void theNetworkReportsDriftOnANode() {
    alive("n1");
    carryOut(decide());
    report("n1", Conditions.DRIFTED, Conditions.TRUE);

    assertThat(summary(decide().status())).contains("Drifted=True ChangedOnNode");
  }

  @Test
  void aNodeWhoseSettingsStopTrafficDegradesTheNetworkAndAnEndpointsProblemDoesNot() {
    alive("n1");
    carryOut(decide());
    degrade("n1", Reason.RETRYING);
    assertThat(summary(decide().status()))
        .contains("Ready=True AllNodesReady", "Degraded=False NotDegraded");

    degrade("n1", Reason.NODE_IMPAIRED);
    assertThat(summary(decide().status()))
        .contains("Ready=True AllNodesReady", "Degraded=True NodeImpaired");
  }

  @Test
  void anInvalidMeshStopsNewNetworksOnly() {
    network = stored(network("blue", "overlay"), "uid-blue", NOW.toString());
    alive("n1");
    carryOut(decide());
    assertThat(network.getStatus().port()).isEqualTo(Defaults.CLEAR_PORT);
    mesh = mesh(new Ports(5000, 5000, null));

    assertThat(summary(decide().status())).contains("Ready=True NoNodes");
    assertThat(decide().status().port()).isEqualTo(Defaults.CLEAR_PORT);

    network = stored(network("red", "overlay"), "uid-red", NOW.toString());
    assertThat(summary(decide().status())).contains("Stalled=True MeshInvalid");
  }

  @Test
  void aNewPortOfTheMeshReachesEveryNode() {
    network = stored(network("blue", "overlay"), "uid-blue", NOW.toString());
    alive("n1");
    podNodes.add("n1");
    carryOut(decide());
    mesh = mesh(new Ports(5000, null, null));

    Decision decision = decide();

    assertThat(decision.status().port()).isEqualTo(5000);
    assertThat(names(decision.hostNetworks().apply())).containsExactly("blue.n1");
  }

  @Test
  void anOverlayOfAnEarlierVersionKeepsItsVniAndPort() {
    network = stored(network("blue", "overlay"), "uid-blue", NOW.toString());
    network.setStatus(ContainerNetworkStatusBuilder.builder().vni(4096).port(4789).build());
    heldPort = HeldPort.of(network, List::of);
    alive("n1");
    podNodes.add("n1");

    Decision decision = decide();

    assertThat(decision.status().vni()).isEqualTo(4096);
    assertThat(decision.status().port()).isEqualTo(4789);
    assertThat(decision.hostNetworks().apply())
        .singleElement()
        .satisfies(each ->
            assertThat(each.getSpec().overlay()).isEqualTo(new OverlayTunnel(4096, 4789, false)));
  }

  @Test
  void aRefusedChangeLeavesTheNodesAsTheyAre() {
    alive("n1");
    carryOut(decide());
    report("n1", Conditions.READY, Conditions.TRUE);
    carryOut(decide());
    ContainerNetworkStatus before = network.getStatus();
    change(each -> each.setSpec(network("web", "bridge", "172.20.0.0/24").getSpec()));

    Decision decision = decide();

    assertThat(summary(decision.status()))
        .contains("Ready=False ImmutableField", "Stalled=True ImmutableField");
    assertThat(decision.status().subnets()).isEqualTo(before.subnets());
    assertThat(decision.status().observedGeneration()).isEqualTo(2L);
    assertThat(decision.hostNetworks().isEmpty()).isTrue();
  }
}
