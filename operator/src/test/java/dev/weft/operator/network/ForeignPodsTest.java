package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.reading.Reading;
import dev.weft.api.schema.Foreign;
import dev.weft.operator.event.ForeignWrite;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ForeignPodsTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  @Property(tries = 300)
  void noPodAndNoNodeStopsTheComparisonWithTheAgentsReports(@ForAll long seed) {
    Foreign foreign = new Foreign(new Random(seed));
    Pod pod = JSON.unmarshal(foreign.object("Pod", "default", "a").toString(), Pod.class);
    Node node = JSON.unmarshal(foreign.object("Node", "", "n1").toString(), Node.class);
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(new ObjectMetaBuilder().withName("blue.10.10.0.2").build());
    endpoint.setSpec(NetworkEndpointSpecBuilder.builder().network("blue").node("n2").build());
    MeshNode meshNode = new MeshNode();
    meshNode.setMetadata(new ObjectMetaBuilder().withName("n2").build());
    meshNode.setSpec(MeshNodeSpecBuilder.builder().vtep("192.0.2.1").build());

    assertThat(PodFacts.of(pod)).isNotNull();
    assertThat(ForeignWrite.of(endpoint, pod)).isNotNull();
    assertThat(ForeignWrite.of(meshNode, List.of(node))).isNotNull();
  }
}
