package dev.weft.agent.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.api.Kernel;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.MeshSpec;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.MeshStatus;
import dev.weft.api.Names;
import dev.weft.api.Ports;
import dev.weft.mesh.Encapsulation;
import dev.weft.mesh.keys.KeyTarget;
import dev.weft.mesh.keys.PublishedKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeySpecsTest {
  private static final MeshSpec IN_UDP =
      MeshSpecBuilder.builder().ipsecEncapsulation("UDP").build();

  @Test
  void theMeshDeterminesTheTargetOfNewKeys() {
    assertThat(KeySpecs.target(Optional.empty())).isEqualTo(KeyTarget.first(Optional.empty()));
    assertThat(KeySpecs.target(Optional.of(mesh(MeshSpecBuilder.builder().build()))))
        .isEqualTo(new KeyTarget(3, KeyTarget.Step.ACTIVATE, Optional.empty()));
    assertThat(KeySpecs.target(Optional.of(mesh(IN_UDP))).udpPort()).contains(4500);
    MeshSpec other = MeshSpecBuilder.builder(IN_UDP).ports(new Ports(null, null, 4501)).build();
    assertThat(KeySpecs.target(Optional.of(mesh(other))).udpPort()).contains(4501);
  }

  @Test
  void aMeshThatIsInvalidAsksForNothing() {
    MeshSpec clash = MeshSpecBuilder.builder(IN_UDP).ports(new Ports(4500, null, null)).build();
    assertThat(KeySpecs.target(Optional.of(mesh(clash))).udpPort()).isEmpty();
  }

  @Test
  void thereIsRoomForUdpFromTheFirstRequestToTheLastKey() {
    assertThat(encapsulation(Optional.empty(), Optional.empty()))
        .isEqualTo(Encapsulation.VXLAN_IN_ESP);
    assertThat(encapsulation(Optional.of(4500), Optional.empty()))
        .isEqualTo(Encapsulation.VXLAN_IN_ESP_IN_UDP);
    assertThat(encapsulation(Optional.empty(), Optional.of(4500)))
        .isEqualTo(Encapsulation.VXLAN_IN_ESP_IN_UDP);
  }

  private static Encapsulation encapsulation(
      Optional<Integer> desired, Optional<Integer> published) {
    return new KeySpec(
            KeyTarget.first(desired),
            Map.of(1L, List.of(new PublishedKey("n1", "192.0.2.1", 0, "key", published))),
            1,
            new Kernel(null, null),
            Optional.empty())
        .encapsulation();
  }

  private static Mesh mesh(MeshSpec spec) {
    Mesh mesh = new Mesh();
    mesh.setMetadata(new ObjectMetaBuilder().withName(Names.MESH).build());
    mesh.setSpec(spec);
    mesh.setStatus(
        new MeshStatus(1L, List.of(), 0, 0, new MeshKeys(3L, "Activate", 0, 0, "0/0", null, null)));
    return mesh;
  }
}
