package dev.weft.operator.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.operator.allocation.AddressPools;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeshSettingsTest {
  @Test
  void aNodeKeepsNobodyFromAddressesByRoutesOfHalfTheWorld() {
    assertThat(used(Stream.of("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "fc00::/7")))
        .isEmpty();
    assertThat(used(Stream.of("10.0.0.0/8", "192.168.7.0/24", "fd00:1::/64"))).hasSize(3);
  }

  @Test
  void aNodesRoutesAreBounded() {
    assertThat(
            used(
                IntStream.range(0, 5000)
                    .mapToObj(i -> "10.%d.%d.0/24".formatted(i / 256, i % 256))))
        .hasSize(1024);
  }

  private static List<AddressPools.Used> used(Stream<String> routes) {
    MeshNode node = new MeshNode();
    node.setMetadata(new ObjectMetaBuilder().withName("n1").build());
    node.setSpec(MeshNodeSpecBuilder.builder().routes(routes.toList()).build());
    return MeshSettings.of(null).ground(List.of(node)).used();
  }
}
