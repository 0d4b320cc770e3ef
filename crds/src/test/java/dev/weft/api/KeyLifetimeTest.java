package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeyLifetimeTest {

  @Test
  void withoutAMeshItIsTheDefault() {
    assertThat(KeyLifetime.of(null)).isEqualTo(new KeyLifetime(Duration.ofHours(12), 256L << 30));
  }

  @Test
  void whatTheMeshAsksForCounts() {
    Mesh mesh = new Mesh();
    mesh.setSpec(MeshSpecBuilder.builder().keyRotation(new KeyRotation("1h30m5s", "64Gi")).build());
    assertThat(KeyLifetime.of(mesh))
        .isEqualTo(new KeyLifetime(Duration.ofSeconds(5405), 64L << 30));
  }
}
