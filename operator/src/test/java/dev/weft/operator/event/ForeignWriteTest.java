package dev.weft.operator.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForeignWriteTest {
  private static final List<Node> NODES = List.of(node("n1", "10.0.0.1"), node("n2", "10.0.0.2"));

  @Test
  void anEndpointIsOnTheNodeOfItsPod() {
    assertThat(ForeignWrite.of(endpoint("n1"), pod("n1"))).isEmpty();
    assertThat(ForeignWrite.of(endpoint("n1"), pod("n2")))
        .hasValue("NetworkEndpoint blue.10.10.0.7 says node n1, but its pod default/a is on n2");
  }

  @Test
  void anUnscheduledPodReportsNothing() {
    assertThat(ForeignWrite.of(endpoint("n1"), pod(null))).isEmpty();
  }

  @Test
  void tunnelsStartAtNoOtherNodesAddress() {
    assertThat(ForeignWrite.of(meshNode("n1", "10.0.0.1"), NODES)).isEmpty();
    assertThat(ForeignWrite.of(meshNode("n1", "10.0.0.2"), NODES))
        .hasValue("MeshNode n1 says that its tunnels start at 10.0.0.2, the address of node n2");
  }

  @Test
  void anAddressThatNoNodeNamesMayBeThatOfASecondNetworkCard() {
    assertThat(ForeignWrite.of(meshNode("n1", "192.168.7.1"), NODES)).isEmpty();
    assertThat(ForeignWrite.of(meshNode("n1", null), NODES)).isEmpty();
  }

  private static NetworkEndpoint endpoint(String node) {
    return new KubernetesSerialization()
        .unmarshal(
            """
            apiVersion: weft.dev/v1alpha1
            kind: NetworkEndpoint
            metadata: {name: blue.10.10.0.7}
            spec: {network: blue, node: %s}
            """
                .formatted(node),
            NetworkEndpoint.class);
  }

  private static Pod pod(@Nullable String node) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("a")
        .withNamespace("default")
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .endSpec()
        .build();
  }

  private static MeshNode meshNode(String name, @Nullable String vtep) {
    MeshNode meshNode = new MeshNode();
    meshNode.setMetadata(new ObjectMetaBuilder().withName(name).build());
    meshNode.setSpec(new MeshNodeSpec(vtep, null, null, null, null, null));
    return meshNode;
  }

  private static Node node(String name, String address) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewStatus()
        .addNewAddress(address, "InternalIP")
        .endStatus()
        .build();
  }
}
