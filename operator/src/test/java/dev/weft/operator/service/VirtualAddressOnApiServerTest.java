package dev.weft.operator.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The virtual addresses of services. */
@Tag("api-server")
class VirtualAddressOnApiServerTest extends ServicesOnApiServer {
  @Test
  void aQuotaBoundsTheAddressesThatTheServicesOfANamespaceTake() {
    CLUSTER.assumeReal("quotas");
    CLUSTER
        .client()
        .resource(new NamespaceBuilder().withNewMetadata().withName("tenant").endMetadata().build())
        .create();
    Map<String, Quantity> two = Map.of("count/overlayservices.weft.dev", new Quantity("2"));
    ResourceQuota quota =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("services")
            .withNamespace("tenant")
            .endMetadata()
            .withNewSpec()
            .withHard(two)
            .endSpec()
            .build();
    ResourceQuota stored = CLUSTER.client().resource(quota).create();
    // a controller would do this, but none runs here
    stored.setStatus(
        new ResourceQuotaStatusBuilder()
            .withHard(two)
            .withUsed(Map.of("count/overlayservices.weft.dev", new Quantity("0")))
            .build());
    CLUSTER.client().resource(stored).updateStatus();

    CLUSTER.client().resource(idle("one")).create();
    CLUSTER.client().resource(idle("two")).create();

    assertThatThrownBy(() -> CLUSTER.client().resource(idle("three")).create())
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("exceeded quota: services");
    await().untilAsserted(() -> assertThat(locks()).hasSize(2));
  }

  private static OverlayService idle(String name) {
    OverlayService service = new OverlayService();
    service.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("tenant").build());
    service.setSpec(
        OverlayServiceSpecBuilder.builder().network("blue").replicas(0).image("none").build());
    return service;
  }

  @Test
  void theAddressOfADeletedServiceIsFreeAgain() {
    create(spec -> spec);
    await().until(() -> locks().contains("blue.10.60.0.254"));
    CLUSTER.client().resource(service()).delete();
    await().until(() -> locks().isEmpty());
  }

  @Test
  void theAddressOfADeletedServiceIsReleasedOnceAnOperatorRuns() {
    create(spec -> spec);
    await().until(() -> locks().contains("blue.10.60.0.254"));
    CLUSTER.stopOperator();
    CLUSTER.client().resource(service()).delete();
    CLUSTER.startOperator();
    await().until(() -> locks().isEmpty());
  }

  @Test
  void anAddressThatSomebodyHoldsIsPassedOver() {
    endpoint("sandbox", "10.60.0.254", "uid-of-somebody");
    create(spec -> spec);
    await().until(() -> "10.60.0.253".equals(status().vip()));
  }
}
