package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Cidr;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatusBuilder;
import dev.weft.api.Kernel;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NodeCounts;
import dev.weft.api.NodeKey;
import dev.weft.api.NodePlan;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Ports;
import dev.weft.api.Reason;
import dev.weft.api.RolloutProgress;
import dev.weft.api.Subnet;
import dev.weft.operator.allocation.AllocationCache;
import dev.weft.operator.node.NodeAgent;
import dev.weft.operator.node.NodeFacts;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DecisionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final AllocationCache ledger = new AllocationCache();
  private ContainerNetwork network = stored(network("web", "bridge"), "uid-web", NOW.toString());
  private final List<NodeFacts> nodes = new ArrayList<>();
  private final List<HostNetwork> hostNetworks = new ArrayList<>();
  private final List<NetworkEndpoint> endpoints = new ArrayList<>();
  private final Set<String> podNodes = new java.util.HashSet<>();
  private List<Cidr> services = List.of();
  private @Nullable Mesh mesh;
  private Instant now = NOW;

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
  void aNodeWhoseTunnelsAreAnothersIsTheOneThatIsNotReady() {
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
  void aChangeThatIsNothingToANodeIsToldToAllAtOnce() {
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
  void driftOnANodeIsToldByTheNetwork() {
    alive("n1");
    carryOut(decide());
    report("n1", Conditions.DRIFTED, Conditions.TRUE);

    assertThat(summary(decide().status())).contains("Drifted=True ChangedOnNode");
  }

  @Test
  void anInvalidMeshStopsNewNetworksOnly() {
    network = stored(network("blue", "overlay"), "uid-blue", NOW.toString());
    alive("n1");
    carryOut(decide());
    assertThat(network.getStatus().port()).isEqualTo(4789);
    mesh = mesh(new Ports(5000, 5000, null));

    assertThat(summary(decide().status())).contains("Ready=True NoNodes");
    assertThat(decide().status().port()).isEqualTo(4789);

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

  @Test
  void aNodeThatIsNoLongerWantedIsClearedWhenNoEndpointIsLeft() {
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
  void aNodeThatIsRegisteredAnewKeepsItsNetworksWhileItsAgentLives() {
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

  private Decision decide() {
    ObservedNetwork observed =
        new ObservedNetwork(network, mesh, nodes, hostNetworks, endpoints, podNodes, services);
    return Decision.of(
        observed,
        (each, pools) -> ledger.allocate(each, () -> List.of(network), pools),
        Clock.fixed(now, ZoneOffset.UTC));
  }

  /** What the API server would have after the decision. */
  private void carryOut(Decision decision) {
    network.setStatus(decision.status());
    for (HostNetwork wanted : decision.hostNetworks().apply()) {
      wanted.getMetadata().setGeneration(1L);
      hostNetworks.removeIf(
          each -> each.getMetadata().getName().equals(wanted.getMetadata().getName()));
      hostNetworks.add(wanted);
    }
  }

  private void change(Consumer<ContainerNetwork> change) {
    ContainerNetwork changed = new ContainerNetwork();
    changed.setMetadata(
        new ObjectMetaBuilder(network.getMetadata())
            .withGeneration(network.getMetadata().getGeneration() + 1)
            .build());
    changed.setStatus(network.getStatus());
    change.accept(changed);
    network = changed;
  }

  @Test
  void anEncryptedNetworkNamesNodesThatCannotEncryptBeforeThoseWithoutKeys() {
    network =
        stored(
            network("red", "overlay", spec -> spec.overlay(new OverlayOptions(null, true))),
            "uid-red",
            NOW.toString());
    assertThat(summary(decide().status())).contains("Encrypted=True NoNodes");
    alive("n1", "n2", "elsewhere");
    podNodes.addAll(List.of("n1", "n2"));

    assertThat(summary(decide().status())).contains("Encrypted=Unknown NodesWithoutKeys");
    change("n1", spec -> spec.keys(List.of(new NodeKey(1L, 0L, "key", null))));
    change("n2", spec -> spec.kernel(new Kernel("6.1", List.of("vlan", "aes-gcm"))));
    change("elsewhere", spec -> spec.kernel(new Kernel("6.1", List.of("esp"))));

    assertThat(summary(decide().status())).contains("Encrypted=False NodeCannotEncrypt");
    assertThat(condition(decide(), Conditions.ENCRYPTED).getMessage())
        .startsWith("n2 lacks aes-gcm; ");
    change("n2", spec -> spec.kernel(null).keys(List.of(new NodeKey(1L, 0L, "other", null))));
    assertThat(summary(decide().status())).contains("Encrypted=True AllNodesEncrypt");
  }

  @Test
  void anEncryptedNetworkThatNoNodeCanEncryptSaysSoBeforeAnyPodComes() {
    network =
        stored(
            network("red", "overlay", spec -> spec.overlay(new OverlayOptions(null, true))),
            "uid-red",
            NOW.toString());
    alive("n1", "n2");
    change("n1", spec -> spec.kernel(new Kernel("6.1", List.of("esp"))));
    assertThat(summary(decide().status())).contains("Ready=True NoNodes", "Encrypted=True NoNodes");
    change("n2", spec -> spec.kernel(new Kernel("6.1", List.of("aes-gcm"))));

    Decision decision = decide();

    assertThat(summary(decision.status()))
        .contains(
            "Ready=False NodeCannotEncrypt",
            "Stalled=True NodeCannotEncrypt",
            "Encrypted=False NodeCannotEncrypt");
    assertThat(ready(decision).getMessage())
        .contains("no node can encrypt", "n1 lacks esp", "n2 lacks aes-gcm", "spec.nodeSelector");
  }

  @Test
  void whereEspIsToTravelInUdpThereIsRoomForItAndNodesThatCannotTakeItAreNamed() {
    network =
        stored(
            network("red", "overlay", spec -> spec.overlay(new OverlayOptions(null, true))),
            "uid-red",
            NOW.toString());
    alive("n1", "n2", "elsewhere");
    podNodes.addAll(List.of("n1", "n2"));
    change("n1", spec -> spec.vtep("192.0.2.1").mtu(1500).keys(List.of(key(null))));
    change("n2", spec -> spec.keys(List.of(key(null))));
    assertThat(decide().status().mtu()).isEqualTo(1416);

    mesh = mesh(new Ports(null, null, null));
    mesh.setSpec(MeshSpecBuilder.builder().ipsecEncapsulation("UDP").build());
    change("n2", spec -> spec.kernel(new Kernel("5.4", List.of("esp-in-udp"))));
    assertThat(decide().status().mtu()).isEqualTo(1408);
    assertThat(condition(decide(), Conditions.ENCRYPTED).getMessage())
        .startsWith("n2 lacks esp-in-udp; ");

    mesh = null;
    change("n2", spec -> spec.keys(List.of(key(4500))));
    assertThat(decide().status().mtu()).as("until the last key of it is gone").isEqualTo(1408);
    assertThat(summary(decide().status())).contains("Encrypted=True AllNodesEncrypt");
  }

  private static NodeKey key(@Nullable Integer udpPort) {
    return new NodeKey(1L, 0L, "key", udpPort);
  }

  private void change(String node, UnaryOperator<MeshNodeSpecBuilder> change) {
    MeshNode meshNode =
        nodes.stream()
            .filter(each -> each.name().equals(node))
            .map(NodeFacts::meshNode)
            .findFirst()
            .orElseThrow();
    meshNode.setSpec(change.apply(MeshNodeSpecBuilder.builder(meshNode.getSpec())).build());
  }

  private static Condition condition(Decision decision, String type) {
    return Conditions.find(decision.status().conditions(), type).orElseThrow();
  }

  private void alive(String... names) {
    for (String name : names) {
      nodes.add(new NodeFacts(name, null, meshNode(name), NodeAgent.ALIVE));
    }
  }

  private void report(String node, String type, String status) {
    hostNetworks.stream()
        .filter(each -> ObservedNetwork.nodeOf(each).equals(node))
        .forEach(each ->
            each.setStatus(
                HostNetworkStatusBuilder.builder()
                    .observedGeneration(1L)
                    .conditions(
                        List.of(
                            Conditions.of(
                                type,
                                status,
                                Reason.NEEDS_CHANGE,
                                "said by the agent",
                                1L,
                                Clock.systemUTC())))
                    .build()));
  }

  /** Nodes that carry the network. */
  private void live(String... names) {
    alive(names);
    carryOut(decide());
    for (String name : names) {
      report(name, Conditions.READY, Conditions.TRUE);
    }
    carryOut(decide());
  }

  private void plan(String node, Long revision, int count) {
    hostNetworks.stream()
        .filter(each -> ObservedNetwork.nodeOf(each).equals(node))
        .forEach(each ->
            each.setStatus(
                (each.getStatus() == null
                        ? HostNetworkStatusBuilder.builder()
                        : HostNetworkStatusBuilder.builder(each.getStatus()))
                    .plan(new NodePlan(revision, count, List.of()))
                    .build()));
  }

  private void endpoint(String node) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(new ObjectMetaBuilder().withName("web.10.0.0.2").build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network("web")
            .node(node)
            .address("10.0.0.2/24")
            .build());
    endpoints.add(endpoint);
  }

  private static Mesh mesh(Ports ports) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName("default").build());
    mesh.setSpec(MeshSpecBuilder.builder().ports(ports).build());
    return mesh;
  }

  private static MeshNode meshNode(String name) {
    MeshNode meshNode = new MeshNode();
    meshNode.setMetadata(new ObjectMetaBuilder().withName(name).build());
    meshNode.setSpec(MeshNodeSpecBuilder.builder().vtep("192.0.2.1").mtu(1500).build());
    return meshNode;
  }

  private static io.fabric8.kubernetes.api.model.Node node(String name) {
    return new io.fabric8.kubernetes.api.model.NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .build();
  }

  private static List<String> names(List<HostNetwork> hostNetworks) {
    return hostNetworks.stream().map(each -> each.getMetadata().getName()).toList();
  }

  private static List<String> summary(ContainerNetworkStatus status) {
    List<Condition> conditions = status.conditions();
    return conditions == null
        ? List.of()
        : conditions.stream()
            .map(each -> each.getType() + "=" + each.getStatus() + " " + each.getReason())
            .toList();
  }

  private static Condition ready(Decision decision) {
    return Conditions.find(decision.status().conditions(), Conditions.READY).orElseThrow();
  }
}
