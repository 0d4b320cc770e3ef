package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NodeCounts;
import dev.weft.api.Subnet;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("api-server")
class ContainerNetworkReconcilerTest extends NetworksOnApiServer {
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
  void anInvalidNetworkReportsWhatToChangeAndBlocksNoOther() {
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
  void aNetworkWithAnAddressOnNoNodeIsReady() {
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
  void theNetworkReportsWhatANodeCannotDo() {
    CLUSTER.agents().join("n1", "n2");
    CLUSTER.agents().say("n2", Conditions.STALLED, Conditions.TRUE, "no interface eth7");

    create(network("lan", "macvlan"));

    awaitStalled("lan", "NodeStalled");
    await().until(() -> nodes("lan").equals("1/2"));
    assertThat(ready("lan").getMessage()).contains("n2", "no interface eth7");
  }

  @Test
  void aNodeWithADeadAgentIsNotReady() {
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
  void aDeselectedNodeWithAnEndpointKeepsTheNetwork() {
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
    // a network that is created last is reconciled after all others
    create(network("last", "bridge"));
    awaitReady("last");
    delete("last");
    awaitGone("last");

    assertThat(versions()).isEqualTo(before);
  }
}
