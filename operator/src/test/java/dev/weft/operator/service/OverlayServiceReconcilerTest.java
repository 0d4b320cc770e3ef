package dev.weft.operator.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.Names;
import dev.weft.api.OverlayService;
import dev.weft.api.ServicePort;
import dev.weft.operator.Networks;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("api-server")
class OverlayServiceReconcilerTest extends ServicesOnApiServer {
  @Test
  void aServiceGetsItsWorkloadItsNamesAndAVirtualAddressOfItsNetwork() {
    create(spec -> spec.replicas(2));

    await().until(() -> Optional.of(2).equals(replicas()));
    assertThat(deployment().getSpec().getTemplate().getMetadata().getAnnotations())
        .containsEntry(Names.NETWORKS_ANNOTATION, "blue");
    await().until(() -> "10.60.0.254".equals(status().vip()));
    assertThat(locks()).containsExactly("blue.10.60.0.254");
    assertThat(service(name).getSpec().getClusterIP()).isEqualTo("None");
    assertThat(addresses(name)).containsExactly("10.60.0.254");
    assertThat(service(name + "-tasks").getSpec().getPublishNotReadyAddresses()).isTrue();
    for (HasMetadata child : List.of(deployment(), service(name), slice(name).orElseThrow())) {
      assertThat(child.getMetadata().getOwnerReferences())
          .extracting(each -> each.getUid())
          .containsExactly(service().getMetadata().getUid());
    }
  }

  @Test
  void everyTaskIsNamedAndOnlyReadyOnesServe() {
    create(spec -> spec.replicas(3));
    Pod one = pod("one", true, "10.60.0.2");
    pod("two", false, "10.60.0.3");

    await()
        .untilAsserted(() ->
            assertThat(serving())
                .containsExactlyInAnyOrderEntriesOf(Map.of("10.60.0.2", true, "10.60.0.3", false)));
    await().until(() -> Objects.equals(1, status().readyReplicas()));
    assertThat(status().selector()).isEqualTo("weft.dev/service=" + name);
    assertThat(status().replicas()).isEqualTo(2);

    ready(one, false);
    await().untilAsserted(() -> assertThat(serving()).containsEntry("10.60.0.2", false));
    CLUSTER.client().resource(one).withGracePeriod(0).delete();
    await().untilAsserted(() -> assertThat(serving()).containsOnlyKeys("10.60.0.3"));
  }

  @Test
  void aNameResolvesToAllReadyTasksIfRequested() {
    create(spec -> spec.endpointMode("DNSRR"));
    pod("one", true, "10.60.0.2");
    pod("two", false, "10.60.0.3");

    await().untilAsserted(() -> assertThat(addresses(name)).containsExactly("10.60.0.2"));
    assertThat(status().vip()).isNull();
    assertThat(locks()).doesNotContain("blue.10.60.0.254");
  }

  @Test
  void whatPeopleChangeIsRepaired() {
    CLUSTER.assumeReal("scale subresource");
    create(spec -> spec.replicas(2));
    await().until(() -> Optional.of(2).equals(replicas()));
    await().until(() -> slice(name).isPresent());

    CLUSTER.client().apps().deployments().inNamespace("default").withName(name).scale(7);
    await().until(() -> Optional.of(2).equals(replicas()));
    CLUSTER.client().resource(service(name + "-tasks")).delete();
    await().until(() -> find(Service.class, name + "-tasks").isPresent());
    CLUSTER.client().resource(slice(name).orElseThrow()).delete();
    await().until(() -> slice(name).isPresent());
  }

  @Test
  void theScaleSubresourceSetsTheNumberAndWithoutOneItIsAnAutoscalers() {
    CLUSTER.assumeReal("scale subresource");
    create(spec -> spec.replicas(2));
    await().until(() -> Optional.of(2).equals(replicas()));
    CLUSTER.client().resources(OverlayService.class).inNamespace("default").withName(name).scale(5);
    await().until(() -> Optional.of(5).equals(replicas()));

    edit(spec -> spec.replicas(null));
    await().until(() -> Optional.of(1).equals(replicas()));
    CLUSTER.client().apps().deployments().inNamespace("default").withName(name).scale(4);
    edit(spec -> spec.image("local/web:2"));
    await()
        .until(() ->
            deployment()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage()
                .equals("local/web:2"));
    assertThat(replicas()).contains(4);
  }

  @Test
  void aGlobalServiceIsADaemonSetAndNoDeploymentStays() {
    create(spec -> spec.replicas(2));
    await().until(() -> find(Deployment.class, name).isPresent());

    edit(spec -> spec.replicas(null).mode("Global"));
    await().until(() -> find(DaemonSet.class, name).isPresent());
    await().until(() -> find(Deployment.class, name).isEmpty());
  }

  @Test
  void whatIsBalancedFollowsTheSpec() {
    create(spec -> spec.ports(List.of(new ServicePort("http", 80, 8080, null))));
    await().until(() -> locks().contains("blue.10.60.0.254"));
    assertThat(lock("blue.10.60.0.254").getSpec().service().ports())
        .containsExactly(new ServicePort("http", 80, 8080, null));

    edit(spec ->
        spec.ports(List.of(new ServicePort("http", 81, 8081, null))).sessionAffinity("ClientIP"));
    await()
        .untilAsserted(() -> {
          var service = lock("blue.10.60.0.254").getSpec().service();
          assertThat(service.ports()).containsExactly(new ServicePort("http", 81, 8081, null));
          assertThat(service.sessionAffinity()).isEqualTo("ClientIP");
        });
  }

  @Test
  void theFirstTaskThatCannotStartGivesTheReason() {
    create(spec -> spec.replicas(1));
    Pod pod = pod("one", false, null);
    pod.setStatus(
        new io.fabric8.kubernetes.api.model.PodStatusBuilder()
            .withPhase("Pending")
            .addToContainerStatuses(
                new ContainerStatusBuilder()
                    .withName("web")
                    .withImage("local/web")
                    .withImageID("")
                    .withReady(false)
                    .withRestartCount(0)
                    .withNewState()
                    .withNewWaiting()
                    .withReason("ImagePullBackOff")
                    .withMessage("no such image")
                    .endWaiting()
                    .endState()
                    .build())
            .build());
    pod.getMetadata().setResourceVersion(null);
    CLUSTER.client().resource(pod).patchStatus();
    await()
        .untilAsserted(() -> {
          Condition ready = condition(Conditions.READY);
          assertThat(ready.getReason()).isEqualTo("TaskFailing");
          assertThat(ready.getMessage())
              .contains("pod " + name + "-one: ImagePullBackOff: no such image");
        });
  }

  @Test
  void aServiceOnANetworkThatIsNotThereWaitsForItsUser() {
    create(spec -> spec.network("green"));
    await()
        .untilAsserted(() ->
            assertThat(condition(Conditions.STALLED).getMessage())
                .contains("there is no ContainerNetwork 'green'"));
    CLUSTER.client().resource(Networks.network("green", "overlay", "10.61.0.0/24")).create();
    await().until(() -> "10.61.0.254".equals(status().vip()));
  }
}
