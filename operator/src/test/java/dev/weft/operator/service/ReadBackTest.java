package dev.weft.operator.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.IpAddress;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.Publish;
import dev.weft.api.ServicePort;
import dev.weft.api.reading.Reading;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The operator recognises from its children that they are as it wrote them. */
class ReadBackTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);

  @Test
  void whatTheOperatorWritesIsReadAsItWasWritten() {
    OverlayService service = service();
    List<HasMetadata> children = new ArrayList<>(Children.services(service));
    children.addAll(Slices.of(service, "shop-tasks", true, List.of(task()), List.of()));
    children.addAll(Slices.virtual(service, "shop", List.of(IpAddress.parse("10.10.0.9"))));

    assertThat(children).hasSizeGreaterThan(4);
    for (HasMetadata each : children) {
      assertThat(Applier.says(read(each), tree(each))).as("%s", each).isTrue();
    }
    HasMetadata workload = Children.workload(service);
    assertThat(Applier.says(read(workload).get("metadata"), tree(workload).get("metadata")))
        .isTrue();
  }

  private static JsonNode read(HasMetadata written) {
    return tree(JSON.unmarshal(JSON.asJson(written), written.getClass()));
  }

  private static JsonNode tree(HasMetadata object) {
    return JSON.convertValue(object, JsonNode.class);
  }

  private static Task task() {
    return new Task(
        new PodBuilder()
            .withNewMetadata()
            .withName("shop-1")
            .withNamespace("default")
            .withUid("u1")
            .endMetadata()
            .withNewSpec()
            .withNodeName("n1")
            .endSpec()
            .build(),
        List.of(SlicesTest.endpoint("10.10.0.2")));
  }

  private static OverlayService service() {
    OverlayService service = new OverlayService();
    service.setMetadata(
        new ObjectMetaBuilder().withName("shop").withNamespace("default").withUid("u").build());
    service.setSpec(
        OverlayServiceSpecBuilder.builder()
            .network("blue")
            .image("nginx")
            .ports(List.of(new ServicePort("http", 80, 8080, null)))
            .publish(new Publish("NodePort", null))
            .sessionAffinity("ClientIP")
            .build());
    return service;
  }
}
