package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.overlay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.AddressCounts;
import dev.weft.api.Cidr;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.HostNetwork;
import dev.weft.api.IpAddress;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NodeCounts;
import dev.weft.api.OverlayOptions;
import dev.weft.api.SandboxReference;
import dev.weft.api.Subnet;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("api-server")
class ContainerNetworkReconcilerTest {
  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  @BeforeAll
  static void waitLongerForAMachineThatIsBusy() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(15));
    Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
  }

  @Test
  void aBridgeIsReadyWhenEveryNodeCarriesIt() {
    CLUSTER.agents().join("n1", "n2", "n3");

    create(network("web", "bridge"));

    awaitReady("web");
    ContainerNetworkStatus status = status("web");
    assertThat(status.nodes()).isEqualTo(new NodeCounts(3, 3, "3/3"));
    assertThat(status.observedGeneration()).isEqualTo(1L);
    assertThat(status.subnets())
        .containsExactly(new EffectiveSubnet("198.18.0.0/24", "198.18.0.1", true));
    assertThat(hostNetworks("web")).containsExactly("web.n1", "web.n2", "web.n3");
  }

  @Test
  void anOverlayThatNoPodUsesIsReadyAndReachesANodeWithItsFirstPod() {
    CLUSTER.agents().join("n1", "n2");
    create(network("blue", "overlay"));
    awaitReady("blue");
    assertThat(ready("blue").getReason()).isEqualTo("NoNodes");
    assertThat(hostNetworks("blue")).isEmpty();

    Pod pod = pod("a", "n2", "blue");

    await().until(() -> hostNetworks("blue").equals(List.of("blue.n2")));
    await().until(() -> nodes("blue").equals("1/1"));
    awaitReady("blue");

    client().resource(pod).withGracePeriod(0).delete();

    await().until(() -> nodes("blue").equals("0/0"));
    assertThat(hostNetworks("blue")).containsExactly("blue.n2");
    await().atMost(IdleGrace.STAY.multipliedBy(2)).until(() -> hostNetworks("blue").isEmpty());
  }

  @Test
  void aPodOfANamespaceThatIsNotAdmittedCausesNothingOnItsNode() {
    CLUSTER.agents().join("n1", "n2");
    ContainerNetwork blue = network("blue", "overlay");
    blue.setSpec(
        ContainerNetworkSpecBuilder.builder(blue.getSpec())
            .allowedNamespaces(List.of("default"))
            .build());
    create(blue);
    awaitReady("blue");
    client()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName("strange").endMetadata().build())
        .create();

    Pod _ = pod("strange", "a", "n1", "blue");
    Pod _ = pod("a", "n2", "blue");

    await().until(() -> nodes("blue").equals("1/1"));
    assertThat(hostNetworks("blue")).containsExactly("blue.n2");
    change("blue", spec -> spec.allowedNamespaces(List.of("default", "strange")));
    await().until(() -> nodes("blue").equals("2/2"));
    assertThat(hostNetworks("blue")).containsExactly("blue.n1", "blue.n2");
  }

  @Test
  void whatWasAllocatedIsKeptOverARestart() {
    CLUSTER.agents().join("n1");
    create(network("first", "overlay"));
    awaitReady("first");
    create(network("second", "overlay"));
    awaitReady("second");
    ContainerNetworkStatus before = status("second");
    delete("first");
    awaitGone("first");

    CLUSTER.stopOperator();
    CLUSTER.startOperator();
    create(network("third", "overlay"));
    awaitReady("third");

    assertThat(status("second")).isEqualTo(before);
    assertThat(status("third").vni()).isNotEqualTo(before.vni());
    assertThat(status("third").subnets()).doesNotContainAnyElementsOf(before.subnets());
  }

  @Test
  void networksThatComeAtOnceGetDifferentSubnetsAndVnis() {
    CLUSTER.agents().join("n1");

    IntStream.range(0, 20).parallel().forEach(each -> create(network("net" + each, "overlay")));

    IntStream.range(0, 20).forEach(each -> awaitReady("net" + each));
    List<ContainerNetwork> all = client().resources(ContainerNetwork.class).list().getItems();
    assertThat(all).extracting(each -> each.getStatus().vni()).doesNotHaveDuplicates().hasSize(20);
    assertThat(all).extracting(each -> each.getStatus().subnets()).doesNotHaveDuplicates();
  }

  @Test
  void aSubnetThatIsTakenStallsTheYoungerUntilTheOlderGoes() {
    CLUSTER.agents().join("n1");
    create(network("old", "bridge", "172.20.0.0/16"));
    awaitReady("old");
    create(network("new", "bridge", "172.20.3.0/24"));

    awaitStalled("new", "SubnetConflict");
    assertThat(ready("new").getStatus()).isEqualTo(Conditions.FALSE);
    assertThat(ready("new").getMessage()).contains("172.20.3.0/24", "172.20.0.0/16", "old");
    assertThat(status("new").subnets()).isNull();
    assertThat(hostNetworks("new")).isEmpty();
    awaitReady("old");

    delete("old");

    awaitReady("new");
    assertThat(status("new").subnets())
        .containsExactly(new EffectiveSubnet("172.20.3.0/24", "172.20.3.1", false));
  }

  @Test
  void aVniThatIsTakenStallsTheYoungerUntilItAsksForAnother() {
    CLUSTER.agents().join("n1");
    create(overlay("old", 7000));
    awaitReady("old");
    create(overlay("new", 7000));

    awaitStalled("new", "VNIConflict");
    assertThat(ready("new").getMessage()).contains("7000", "old");

    change("new", spec -> spec.overlay(new OverlayOptions(7001, null)));

    awaitReady("new");
    assertThat(status("new").vni()).isEqualTo(7001);
  }

  @Test
  void aSubnetThatANodeReachesStallsTheNetworkUntilTheRouteGoes() {
    CLUSTER.agents().join("n1", 1500, List.of("192.168.0.0/16"));
    create(network("web", "bridge", "192.168.7.0/24"));

    awaitStalled("web", "RouteConflict");
    assertThat(ready("web").getMessage()).contains("192.168.7.0/24", "192.168.0.0/16", "n1");

    CLUSTER.agents().introduce("n1", 1500, List.of());

    awaitReady("web");
  }

  @Test
  void aRouteThatComesLaterDegradesARunningNetwork() {
    CLUSTER.agents().join("n1");
    create(network("web", "bridge", "192.168.7.0/24"));
    awaitReady("web");

    CLUSTER.agents().introduce("n1", 1500, List.of("192.168.0.0/16"));

    await().until(() -> Conditions.isTrue(status("web").conditions(), Conditions.DEGRADED));
    awaitReady("web");
  }

  @Test
  void anInvalidNetworkSaysWhatToChangeAndBlocksNobody() {
    CLUSTER.agents().join("n1");
    create(
        network(
            "bad",
            "bridge",
            spec ->
                spec.subnets(
                    List.of(new Subnet("172.20.0.0/24", "172.21.0.1", null, null, null)))));
    create(network("good", "bridge"));

    awaitStalled("bad", "Invalid");
    assertThat(ready("bad").getMessage()).contains("gateway");
    awaitReady("good");
  }

  @Test
  void anAddressThatNoNodeHoldsKeepsNoNetworkFromBeingReady() {
    CLUSTER.agents().join("n1");
    create(network("web", "bridge"));
    awaitReady("web");
    NetworkEndpoint virtual = new NetworkEndpoint();
    virtual.setMetadata(
        new ObjectMetaBuilder()
            .withName("web.10.0.0.9")
            .addToLabels(Names.NETWORK_LABEL, "web")
            .build());
    virtual.setSpec(
        NetworkEndpointSpecBuilder.builder().network("web").address("10.0.0.9/24").build());

    client().resource(virtual).create();
    CLUSTER.agents().join("n2");

    await().until(() -> Integer.valueOf(2).equals(status("web").nodes().desired()));
    awaitReady("web");
  }

  @Test
  void readyIsNeverTrueForARevisionThatIsNotOnEveryNode() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge"));
    awaitReady("web");
    CLUSTER.agents().silence("n2");

    change("web", spec -> spec.mtu(1400));

    await().until(() -> Objects.equals(status("web").observedGeneration(), 2L));
    await().until(() -> nodes("web").equals("1/2"));
    assertThat(ready("web").getStatus()).isEqualTo(Conditions.UNKNOWN);
    assertThat(ready("web").getMessage()).contains("n2");
    assertThat(ready("web").getObservedGeneration()).isEqualTo(2L);

    CLUSTER.agents().resume("n2");

    awaitReady("web");
    assertThat(status("web").observedGeneration()).isEqualTo(2L);
  }

  @Test
  void whatANodeCannotDoIsSaidByTheNetwork() {
    CLUSTER.agents().join("n1", "n2");
    CLUSTER.agents().say("n2", Conditions.STALLED, Conditions.TRUE, "no interface eth7");

    create(network("lan", "macvlan"));

    awaitStalled("lan", "NodeStalled");
    await().until(() -> nodes("lan").equals("1/2"));
    assertThat(ready("lan").getMessage()).contains("n2", "no interface eth7");
  }

  @Test
  void aNodeWhoseAgentIsDeadIsNotReady() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge"));
    awaitReady("web");

    CLUSTER.agents().renewLease("n2", Duration.ofSeconds(1), Instant.now());

    await().until(() -> ready("web").getStatus().equals(Conditions.FALSE));
    assertThat(ready("web").getMessage()).contains("1 of 2", "n2", "lease");

    CLUSTER.agents().renewLease("n2", Duration.ofHours(1), Instant.now());

    awaitReady("web");
  }

  @Test
  void anUnreadyNodeIsNotReady() {
    CLUSTER.agents().join("n1");
    node("n1", "True", Map.of());
    create(network("web", "bridge"));
    awaitReady("web");

    node("n1", "Unknown", Map.of());

    await().until(() -> ready("web").getMessage().contains("not ready"));
    assertThat(ready("web").getStatus()).isEqualTo(Conditions.FALSE);
  }

  @Test
  void onlyNodesThatMatchTheSelectorCarryTheNetwork() {
    CLUSTER.agents().join("n1", "n2");
    node("n1", "True", Map.of("edge", "yes"));
    node("n2", "True", Map.of());
    create(network("web", "bridge", spec -> spec.nodeSelector(Map.of("edge", "yes"))));
    awaitReady("web");
    await().until(() -> hostNetworks("web").equals(List.of("web.n1")));

    node("n2", "True", Map.of("edge", "yes"));
    await().until(() -> hostNetworks("web").equals(List.of("web.n1", "web.n2")));

    node("n1", "True", Map.of());
    await().until(() -> hostNetworks("web").equals(List.of("web.n2")));
  }

  @Test
  void aNodeWithAnEndpointKeepsTheNetworkThoughItIsNoLongerWanted() {
    CLUSTER.agents().join("n1", "n2");
    create(network("blue", "overlay"));
    awaitReady("blue");
    Pod pod = pod("a", "n1", "blue");
    await().until(() -> hostNetworks("blue").equals(List.of("blue.n1")));
    NetworkEndpoint endpoint = endpoint("blue", "198.18.0.2", "n1", pod);

    client().resource(pod).withGracePeriod(0).delete();
    pod("b", "n2", "blue");
    await().until(() -> hostNetworks("blue").equals(List.of("blue.n1", "blue.n2")));
    assertThat(used("blue")).isEqualTo(1);

    client().resource(endpoint).delete();

    await()
        .atMost(IdleGrace.STAY.multipliedBy(2))
        .until(() -> hostNetworks("blue").equals(List.of("blue.n2")));
  }

  @Test
  void deletionWaitsForEndpointsAndSaysForWhich() {
    CLUSTER.agents().join("n1");
    create(network("web", "bridge"));
    awaitReady("web");
    NetworkEndpoint endpoint = endpoint("web", "198.18.0.2", "n1", pod("a", "n1", "web"));

    delete("web");

    await().until(() -> ready("web").getReason().equals("EndpointsRemain"));
    assertThat(ready("web").getMessage()).contains("default/a");
    assertThat(status("web").conditions())
        .filteredOn(each -> each.getStatus().equals(Conditions.TRUE))
        .extracting(Condition::getType)
        .as("who waits for the user says nothing else")
        .containsExactly(Conditions.STALLED);
    await().until(() -> events("web").contains("EndpointsRemain"));
    assertThat(hostNetworks("web")).containsExactly("web.n1");

    client().resource(endpoint).delete();

    awaitGone("web");
    assertThat(hostNetworks("web")).isEmpty();
  }

  @Test
  void deletionWaitsUntilEveryNodeIsClean() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge"));
    awaitReady("web");
    CLUSTER.agents().silence("n2");

    delete("web");

    await().until(() -> ready("web").getMessage().endsWith("take it down: n2"));
    assertThat(hostNetworks("web")).containsExactly("web.n2");

    CLUSTER.agents().resume("n2");

    awaitGone("web");
  }

  @Test
  void aNodeThatIsGoneIsForgottenWithItsEndpoints() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge"));
    awaitReady("web");
    endpoint("web", "198.18.0.2", "n2", pod("a", "n2", "web"));
    await().until(() -> used("web") == 1);
    CLUSTER.agents().silence("n2");

    client().resources(MeshNode.class).withName("n2").delete();
    client().leases().inNamespace(Names.NAMESPACE).withName(Names.agentLease("n2")).delete();

    await().until(() -> client().resources(NetworkEndpoint.class).list().getItems().isEmpty());
    await().until(() -> hostNetworks("web").equals(List.of("web.n1")));
    await().until(() -> nodes("web").equals("1/1"));
    awaitReady("web");
  }

  @Test
  void aMeshNodeGoesWithItsNode() {
    CLUSTER.agents().join("n1", "n2");
    HasMetadata node = node("n1", "True", Map.of());
    node("n2", "True", Map.of());
    await().until(() -> owner("n1").equals(node.getMetadata().getUid()));

    client().leases().inNamespace(Names.NAMESPACE).withName(Names.agentLease("n1")).delete();
    client().resource(node).delete();

    await()
        .atMost(Duration.ofSeconds(40))
        .until(() ->
            client().resources(MeshNode.class).list().getItems().stream()
                .map(each -> each.getMetadata().getName())
                .toList()
                .equals(List.of("n2")));
  }

  @Test
  void aMeshNodeBelongsToTheNodeThatIsRegisteredAnewAndLosesNothing() {
    CLUSTER.assumeReal("garbage collector, and removes what a Node owns at once");
    CLUSTER.agents().join("n1");
    HasMetadata node = node("n1", "True", Map.of());
    create(network("web", "bridge"));
    awaitReady("web");
    await().until(() -> owner("n1").equals(node.getMetadata().getUid()));
    MeshNode meshNode = client().resources(MeshNode.class).withName("n1").get();
    String hostNetwork =
        client().resources(HostNetwork.class).withName("web.n1").get().getMetadata().getUid();

    client().resource(node).delete();
    HasMetadata again = node("n1", "True", Map.of());

    await().until(() -> owner("n1").equals(again.getMetadata().getUid()));
    assertThat(client().resources(MeshNode.class).withName("n1").get().getMetadata().getUid())
        .isEqualTo(meshNode.getMetadata().getUid());
    assertThat(client().resources(HostNetwork.class).withName("web.n1").get().getMetadata())
        .satisfies(each -> {
          assertThat(each.getUid()).isEqualTo(hostNetwork);
          assertThat(each.getDeletionTimestamp()).isNull();
        });
  }

  @Test
  void aMeshNodeWithoutNodeAndLeaseIsForgottenThoughItNeverHadAnOwner() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge"));
    awaitReady("web");
    CLUSTER.agents().silence("n2");

    client().leases().inNamespace(Names.NAMESPACE).withName(Names.agentLease("n2")).delete();

    await().atMost(Duration.ofSeconds(40)).until(() -> nodes("web").equals("1/1"));
    assertThat(client().resources(MeshNode.class).withName("n2").get()).isNull();
    delete("web");
    awaitGone("web");
  }

  @Test
  void whatContradictsItselfCountsAsNoneAndIsRemovedWithAnEvent() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge", "10.20.0.0/24"));
    awaitReady("web");
    Pod pod = pod("a", "n1", "web");
    NetworkEndpoint kept = endpoint("web", "10.20.0.2", "n1", pod);
    NetworkEndpoint forged = endpoint("web", "10.20.0.9", "n1", pod);
    String uid =
        client().resources(ContainerNetwork.class).withName("web").get().getMetadata().getUid();
    client().resource(forged).delete();
    forged.getMetadata().setResourceVersion(null);
    forged.getMetadata().setUid(null);
    forged.getMetadata().setName("web.zzz");
    client().resource(forged).create();
    forged.getMetadata().setName("web.10.20.0.1");
    forged.setSpec(
        NetworkEndpointSpecBuilder.builder(forged.getSpec())
            .address("10.20.0.1/24")
            .networkUid(uid)
            .build());
    client().resource(forged).create();
    HostNetwork hostNetwork = client().resources(HostNetwork.class).withName("web.n2").get();
    hostNetwork.getMetadata().setResourceVersion(null);
    hostNetwork.getMetadata().setUid(null);
    hostNetwork.getMetadata().setName("web.zzz");
    client().resource(hostNetwork).create();

    awaitOnlyEndpoint(kept.getMetadata().getName());
    await().until(() -> hostNetworks("web").equals(List.of("web.n1", "web.n2")));
    await().until(() -> events("web").contains("ForeignWrite"));
    awaitReady("web");
    await().untilAsserted(() -> assertThat(used("web")).isEqualTo(1));
  }

  @Test
  void anAddressOfANetworkThatIsNotIsFreeForTheOneOfItsName() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge", "10.20.0.0/24"));
    awaitReady("web");
    Pod pod = pod("a", "n1", "web");
    NetworkEndpoint kept = endpoint("web", "10.20.0.2", "n1", pod);
    NetworkEndpoint early = endpoint("web", "10.20.0.9", "n1", pod);
    client().resource(early).delete();
    for (String uid : Arrays.asList("made-up", null)) {
      early.getMetadata().setResourceVersion(null);
      early.getMetadata().setUid(null);
      early.setSpec(NetworkEndpointSpecBuilder.builder(early.getSpec()).networkUid(uid).build());
      client().resource(early).create();

      awaitOnlyEndpoint(kept.getMetadata().getName());
    }
  }

  @Test
  void anAddressIsFreedWhenItsPodIsGoneAndTheAgentLongDead() {
    CLUSTER.agents().join("n1");
    create(network("web", "bridge"));
    awaitReady("web");
    endpoint("web", "198.18.0.2", "n1", pod("kept", "n1", "web"));
    Pod lost = pod("lost", "n1", "web");
    endpoint("web", "198.18.0.3", "n1", lost);
    client().resource(lost).withGracePeriod(0).delete();
    await().until(() -> used("web") == 2);

    CLUSTER.stopOperator();
    CLUSTER
        .agents()
        .renewLease("n1", Duration.ofSeconds(40), Instant.now().minus(Duration.ofMinutes(10)));
    CLUSTER.startOperator();

    awaitOnlyEndpoint("web.198.18.0.2");
  }

  @Test
  void anOverlaysMtuIsWhatTheSmallestUnderlayCarries() {
    CLUSTER.agents().join("n1", 1500, List.of());
    CLUSTER.agents().join("n2", 9000, List.of());
    create(network("blue", "overlay"));
    awaitReady("blue");
    assertThat(status("blue").mtu()).isEqualTo(1450);

    create(network("jumbo", "overlay", spec -> spec.mtu(8900)));

    awaitStalled("jumbo", "MTUTooLarge");
    assertThat(ready("jumbo").getMessage()).contains("8900", "n1", "1450");
  }

  @Test
  void aNetworkThatFillsUpWarnsBeforeItIsFull() {
    CLUSTER.agents().join("n1");
    create(network("tiny", "bridge", "172.20.0.0/29"));
    awaitReady("tiny");
    Pod pod = pod("a", "n1", "tiny");

    IntStream.rangeClosed(2, 5).forEach(each -> endpoint("tiny", "172.20.0." + each, "n1", pod));
    await().until(() -> full("tiny").getReason().equals("NearlyExhausted"));
    endpoint("tiny", "172.20.0.6", "n1", pod);

    await().until(() -> full("tiny").getStatus().equals(Conditions.TRUE));
    assertThat(status("tiny").addresses()).isEqualTo(new AddressCounts(5L, 0L));
    await()
        .until(() -> events("tiny").containsAll(List.of("Ready", "NearlyExhausted", "Exhausted")));
  }

  @Test
  void nothingIsWrittenWhenNothingChanges() {
    CLUSTER.agents().join("n1", "n2");
    create(network("web", "bridge"));
    create(network("blue", "overlay"));
    create(network("bad", "bridge", "10.0.0.0/31"));
    pod("a", "n1", "blue");
    awaitReady("web");
    await().until(() -> nodes("blue").equals("1/1"));
    awaitStalled("bad", "Invalid");
    Map<String, String> before = versions();

    CLUSTER.stopOperator();
    CLUSTER.startOperator();
    // a network that comes last is looked at after all others
    create(network("last", "bridge"));
    awaitReady("last");
    delete("last");
    awaitGone("last");

    assertThat(versions()).isEqualTo(before);
  }

  private static String owner(String meshNode) {
    return client()
        .resources(MeshNode.class)
        .withName(meshNode)
        .get()
        .getMetadata()
        .getOwnerReferences()
        .stream()
        .map(OwnerReference::getUid)
        .collect(Collectors.joining());
  }

  private static KubernetesClient client() {
    return CLUSTER.client();
  }

  private static void create(ContainerNetwork network) {
    client().resource(network).create();
  }

  private static void delete(String network) {
    client().resources(ContainerNetwork.class).withName(network).delete();
  }

  private static void change(String network, UnaryOperator<ContainerNetworkSpecBuilder> change) {
    client()
        .resources(ContainerNetwork.class)
        .withName(network)
        .edit(each -> {
          each.setSpec(change.apply(ContainerNetworkSpecBuilder.builder(each.getSpec())).build());
          return each;
        });
  }

  private static ContainerNetworkStatus status(String network) {
    return status(client().resources(ContainerNetwork.class).withName(network).get());
  }

  private static ContainerNetworkStatus status(@Nullable ContainerNetwork network) {
    return Optional.ofNullable(network)
        .map(ContainerNetwork::getStatus)
        .orElse(ContainerNetworkStatusBuilder.builder().build());
  }

  private static String nodes(String network) {
    NodeCounts counts = status(network).nodes();
    return counts == null ? "none" : String.valueOf(counts.summary());
  }

  private static void awaitOnlyEndpoint(String name) {
    await()
        .until(() ->
            client().resources(NetworkEndpoint.class).list().getItems().stream()
                .map(each -> each.getMetadata().getName())
                .toList()
                .equals(List.of(name)));
  }

  private static long used(String network) {
    AddressCounts counts = status(network).addresses();
    return counts == null || counts.used() == null ? -1 : counts.used();
  }

  private static Condition ready(String network) {
    return Conditions.find(status(network).conditions(), Conditions.READY).orElse(new Condition());
  }

  private static Condition full(String network) {
    return Conditions.find(status(network).conditions(), Conditions.ADDRESSES_EXHAUSTED)
        .orElseThrow();
  }

  /** As {@code kubectl wait --for=condition=Ready} does, and for the present generation. */
  private static void awaitReady(String name) {
    await(name + " is Ready")
        .until(() -> {
          ContainerNetwork network =
              client().resources(ContainerNetwork.class).withName(name).get();
          return Conditions.isTrue(status(network).conditions(), Conditions.READY)
              && Objects.equals(
                  status(network).observedGeneration(), network.getMetadata().getGeneration());
        });
  }

  private static void awaitStalled(String name, String reason) {
    await(name + " is Stalled")
        .until(() ->
            Conditions.find(status(name).conditions(), Conditions.STALLED)
                .filter(each -> each.getStatus().equals(Conditions.TRUE))
                .filter(each -> each.getReason().equals(reason))
                .isPresent());
  }

  private static void awaitGone(String name) {
    await(name + " is gone")
        .until(() -> client().resources(ContainerNetwork.class).withName(name).get() == null);
  }

  private static List<String> hostNetworks(String network) {
    return client()
        .resources(HostNetwork.class)
        .withLabel(Names.NETWORK_LABEL, network)
        .list()
        .getItems()
        .stream()
        .map(each -> each.getMetadata().getName())
        .sorted()
        .toList();
  }

  private static List<String> events(String network) {
    return client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(each -> each.getInvolvedObject().getName().equals(network))
        .map(Event::getReason)
        .toList();
  }

  private static Pod pod(String name, String node, String networks) {
    return pod("default", name, node, networks);
  }

  private static Pod pod(String namespace, String name, String node, String networks) {
    return client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToAnnotations(Names.NETWORKS_ANNOTATION, networks)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("main")
                .withImage("none")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  private static NetworkEndpoint endpoint(String network, String address, String node, Pod pod) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(Names.endpoint(network, IpAddress.parse(address)))
            .addToLabels(Names.NETWORK_LABEL, network)
            .addToLabels(Names.NODE_LABEL, node)
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(network)
            .networkUid(
                client()
                    .resources(ContainerNetwork.class)
                    .withName(network)
                    .get()
                    .getMetadata()
                    .getUid())
            .node(node)
            .address(address + "/" + prefix(network, IpAddress.parse(address)))
            .sandbox(
                new SandboxReference(
                    pod.getMetadata().getUid(),
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getName(),
                    pod.getMetadata().getUid(),
                    null))
            .build());
    return client().resource(endpoint).create();
  }

  private static int prefix(String network, IpAddress address) {
    return Objects.requireNonNull(status(network).subnets()).stream()
        .map(each -> Cidr.parse(Objects.requireNonNull(each.cidr())))
        .filter(each -> each.contains(address))
        .findFirst()
        .orElseThrow()
        .prefix();
  }

  private static HasMetadata node(String name, String ready, Map<String, String> labels) {
    client()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .build())
        .fieldManager("test")
        .forceConflicts()
        .serverSideApply();
    return client()
        .nodes()
        .withName(name)
        .editStatus(each ->
            new NodeBuilder(each)
                .editOrNewStatus()
                .withConditions(
                    new NodeConditionBuilder().withType("Ready").withStatus(ready).build())
                .endStatus()
                .build());
  }

  private static Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    for (Class<? extends HasMetadata> kind :
        List.of(ContainerNetwork.class, HostNetwork.class, MeshNode.class)) {
      client()
          .resources(kind)
          .list()
          .getItems()
          .forEach(each ->
              versions.put(each.getMetadata().getName(), each.getMetadata().getResourceVersion()));
    }
    return versions;
  }
}
