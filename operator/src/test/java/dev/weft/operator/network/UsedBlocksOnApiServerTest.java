package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.HostNetwork;
import dev.weft.operator.kube.KubeCluster;
import dev.weft.testkit.control.ControlPlanes;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Networks avoid the addresses of the cluster's Services, nodes and pods. */
@Tag("api-server")
class UsedBlocksOnApiServerTest {
  /** The Service range of the API server. */
  private static final String SERVICES = ControlPlanes.SERVICE_RANGE;

  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  @BeforeAll
  static void waitLongerForAMachineThatIsBusy() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(15));
    Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
  }

  @Test
  void aBlockOnTheServiceRangeIsRefusedByName() {
    CLUSTER.assumeReal("range of addresses for Services");
    CLUSTER.agents().join("n1");

    create(network("web", "bridge", "10.255.0.0/16"));

    await()
        .untilAsserted(() ->
            assertThat(condition("web", Conditions.STALLED).getMessage())
                .isEqualTo(
                    "spec.subnets: 10.255.0.0/16 overlaps the Service range %s of the cluster;"
                            .formatted(SERVICES)
                        + " choose another block"));
    assertThat(condition("web", Conditions.STALLED).getReason()).isEqualTo("ClusterConflict");
    assertThat(hostNetwork("web.n1")).isNull();
  }

  @Test
  void aNetworkWithoutSubnetsAvoidsNodesAndPods() {
    CLUSTER.agents().join("n1");
    node("n2", "198.18.0.0/24", "198.18.1.7");

    create(network("web", "bridge"));

    await().until(() -> status("web").subnets() != null);
    assertThat(status("web").subnets())
        .containsExactly(new EffectiveSubnet("198.18.2.0/24", "198.18.2.1", true));
  }

  @Test
  void aBlockOnAPodRangeIsRefusedUntilTheNodeHasAnother() {
    CLUSTER.agents().join("n1");
    Node node = node("n2", "10.244.2.0/24", "192.0.2.77");
    create(network("web", "bridge", "10.244.0.0/16"));
    await()
        .untilAsserted(() ->
            assertThat(condition("web", Conditions.STALLED).getMessage())
                .contains("the pod range 10.244.2.0/24 of node n2"));

    client().resource(node).delete();

    await().until(() -> Conditions.isTrue(status("web").conditions(), Conditions.READY));
  }

  @Test
  void aNetworkThatOverlapsAServiceRangeReportsItAndStays() {
    CLUSTER.assumeReal("range of addresses for Services");
    CLUSTER.stopOperator();
    CLUSTER.agents().join("n1");
    ContainerNetwork early = create(network("web", "bridge", SERVICES));
    early.setStatus(
        ContainerNetworkStatusBuilder.builder()
            .driver("bridge")
            .subnets(List.of(new EffectiveSubnet(SERVICES, "10.255.0.1", false)))
            .build());
    client().resource(early).updateStatus();

    CLUSTER.startOperator();

    await().until(() -> Conditions.isTrue(status("web").conditions(), Conditions.DEGRADED));
    assertThat(condition("web", Conditions.DEGRADED).getMessage())
        .contains("the Service range " + SERVICES);
    await().until(() -> Conditions.isTrue(status("web").conditions(), Conditions.READY));
    assertThat(hostNetwork("web.n1")).isNotNull();
  }

  private static KubernetesClient client() {
    return CLUSTER.client();
  }

  private static ContainerNetwork create(ContainerNetwork network) {
    return client().resource(network).create();
  }

  private static ContainerNetworkStatus status(String network) {
    ContainerNetwork stored = client().resources(ContainerNetwork.class).withName(network).get();
    return stored == null
        ? ContainerNetworkStatusBuilder.builder().build()
        : Objects.requireNonNullElse(
            stored.getStatus(), ContainerNetworkStatusBuilder.builder().build());
  }

  private static Condition condition(String network, String type) {
    return Conditions.find(status(network).conditions(), type).orElse(new Condition());
  }

  private static @Nullable HostNetwork hostNetwork(String name) {
    return client().resources(HostNetwork.class).withName(name).get();
  }

  private static Node node(String name, String pods, String address) {
    client()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withPodCIDR(pods)
                .withPodCIDRs(pods)
                .endSpec()
                .build())
        .create();
    return client()
        .nodes()
        .withName(name)
        .editStatus(each ->
            new NodeBuilder(each)
                .editOrNewStatus()
                .addNewAddress(address, "InternalIP")
                .endStatus()
                .build());
  }
}
