package dev.weft.operator.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Mesh;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.Ports;
import dev.weft.api.VniRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MeshSettingsTest {
  @Test
  void theDefaultsAreNobodyElses() {
    MeshSettings settings = MeshSettings.of(null);

    assertThat(settings.port(false, null)).isNotIn(4789, 8472, 4790, 4800, 6081);
    assertThat(settings.firstVni()).isEqualTo(10_000_000);
    assertThat(settings.lastVni()).isEqualTo(16_777_215);
  }

  @Test
  void aHeldPortStaysUntilTheMeshNamesOne() {
    assertThat(MeshSettings.of(null).port(false, 4789)).isEqualTo(4789);
    assertThat(settings(new Ports(5000, null, null), null).port(false, 4789)).isEqualTo(5000);
    assertThat(settings(new Ports(5000, null, null), null).port(true, 4900)).isEqualTo(4900);
  }

  @Test
  void aPortOfTheOtherKindIsGivenUp() {
    assertThat(settings(new Ports(null, 4789, null), null).port(false, 4789)).isEqualTo(4795);
    assertThat(MeshSettings.of(null).port(false, 4790)).isEqualTo(4795);
    assertThat(MeshSettings.of(null).port(true, 4795)).isEqualTo(4790);
  }

  @Test
  void aRangeThatOnlySaysWhereItEndsIsNotEmpty() {
    assertThat(settings(null, new VniRange(null, 5000)).firstVni()).isEqualTo(4096);
    assertThat(settings(null, new VniRange(null, 12_000_000)).firstVni()).isEqualTo(10_000_000);
    assertThat(settings(null, new VniRange(4096, null)).firstVni()).isEqualTo(4096);
  }

  private static MeshSettings settings(@Nullable Ports ports, @Nullable VniRange vnis) {
    Mesh mesh = new Mesh();
    mesh.setSpec(MeshSpecBuilder.builder().ports(ports).vnis(vnis).build());
    return MeshSettings.of(mesh);
  }
}
