package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.OverlayOptionsBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeldPortTest {
  private static final ContainerNetwork OLD = overlay("old", false, 4789);
  private static final ContainerNetwork YOUNG = overlay("young", false, 5000);
  private static final ContainerNetwork SECRET = overlay("secret", true, 4790);

  @Test
  void aNetworkKeepsItsOwn() {
    assertThat(HeldPort.of(YOUNG, () -> List.of(OLD, YOUNG))).isEqualTo(5000);
  }

  @Test
  void aNewOneGetsThatOfTheOldestOfItsKind() {
    assertThat(HeldPort.of(overlay("new", false, null), () -> List.of(YOUNG, SECRET, OLD)))
        .isEqualTo(4789);
    assertThat(HeldPort.of(overlay("new", true, null), () -> List.of(YOUNG, SECRET, OLD)))
        .isEqualTo(4790);
  }

  @Test
  void theFirstHasNone() {
    assertThat(HeldPort.of(overlay("new", false, null), () -> List.of(SECRET))).isNull();
  }

  @Test
  void aBridgeHasNone() {
    ContainerNetwork bridge = stored(network("web", "bridge"), "uid", "2026-01-01T00:00:00Z");

    assertThat(HeldPort.of(bridge, () -> List.of(OLD))).isNull();
  }

  private static ContainerNetwork overlay(String name, boolean encrypted, @Nullable Integer port) {
    String created = name.equals("old") ? "2025-01-01T00:00:00Z" : "2026-01-01T00:00:00Z";
    ContainerNetwork network = stored(network(name, "overlay"), "uid-" + name, created);
    network.setSpec(
        ContainerNetworkSpecBuilder.builder(network.getSpec())
            .overlay(OverlayOptionsBuilder.builder().encrypted(encrypted).build())
            .build());
    network.setStatus(ContainerNetworkStatusBuilder.builder().port(port).build());
    return network;
  }
}
