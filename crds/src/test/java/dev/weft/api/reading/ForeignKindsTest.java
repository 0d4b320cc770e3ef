package dev.weft.api.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.schema.Foreign;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ForeignKindsTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  @Property(tries = 500)
  void whateverIsStoredIsReadWithItsNameAndWithoutNulls(@ForAll long seed) {
    Foreign foreign = new Foreign(new Random(seed));
    for (String kind : Foreign.kinds()) {
      HasMetadata read = JSON.unmarshal(foreign.object(kind, "default", "x").toString());

      assertThat(read.getKind()).isEqualTo(kind);
      assertThat(read.getMetadata().getName()).isEqualTo("x");
      assertThat(read.getMetadata().getUid()).isEqualTo("uid-x");
      if (read.getMetadata().getLabels() != null) {
        assertThat(read.getMetadata().getLabels().values()).doesNotContainNull();
      }
      assertThat(read.getMetadata().getOwnerReferences()).doesNotContainNull();
    }
  }
}
