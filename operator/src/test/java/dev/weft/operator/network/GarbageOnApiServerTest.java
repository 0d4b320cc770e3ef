package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("api-server")
class GarbageOnApiServerTest extends NetworksOnApiServer {
  /** Prevents the removal of an object. */
  private static final String HELD = "weft.dev/test";

  @Test
  void deletionWaitsForEndpointsAndNamesThem() {
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
  void aMeshNodeFollowsAReregisteredNodeAndLosesNothing() {
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
    forged.getMetadata().setFinalizers(List.of(HELD));
    client().resource(forged).create();
    forged.getMetadata().setFinalizers(List.of());
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

    await().until(() -> hostNetworks("web").equals(List.of("web.n1", "web.n2")));
    await().until(() -> events("web").contains("ForeignWrite"));
    await().until(() -> misnamed().get().isMarkedForDeletion());
    awaitReady("web");
    await().untilAsserted(() -> assertThat(used("web")).isEqualTo(1));
    misnamed()
        .edit(each -> {
          each.getMetadata().setFinalizers(List.of());
          return each;
        });
    awaitOnlyEndpoint(kept.getMetadata().getName());
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

  private static Resource<NetworkEndpoint> misnamed() {
    return client().resources(NetworkEndpoint.class).withName("web.zzz");
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

  private static void awaitOnlyEndpoint(String name) {
    await()
        .until(() ->
            client().resources(NetworkEndpoint.class).list().getItems().stream()
                .map(each -> each.getMetadata().getName())
                .toList()
                .equals(List.of(name)));
  }
}
