package dev.weft.agent.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.IpAddress;
import dev.weft.api.reading.Reading;
import dev.weft.api.schema.Foreign;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ForeignSlicesTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  @Property(tries = 300)
  void whateverASliceHoldsIsTakenOver(@ForAll long seed) {
    EndpointSlice slice =
        JSON.unmarshal(
            new Foreign(new Random(seed)).object("EndpointSlice", "default", "s").toString(),
            EndpointSlice.class);
    Backends backends = new Backends();

    backends.update("default/s", slice);
    assertThat(backends.of(IpAddress.parse("10.10.0.1")).all()).hasSizeLessThanOrEqualTo(2);

    backends.update("default/s", null);
    assertThat(backends.of(IpAddress.parse("10.10.0.1")).all()).isEmpty();
  }
}
