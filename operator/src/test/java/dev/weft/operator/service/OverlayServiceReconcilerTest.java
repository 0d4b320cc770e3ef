package dev.weft.operator.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.api.SandboxReference;
import dev.weft.api.ServicePort;
import dev.weft.operator.Networks;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatusBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pods and their endpoints are played: no controller and no agent runs. */
@Tag("api-server")
class OverlayServiceReconcilerTest {
  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  private static int number;

  private final String name = "web" + ++number;

  @BeforeAll
  static void waitLongerForAMachineThatIsBusy() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
    Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
  }

  @BeforeEach
  void makeANetworkAndANode() {
    CLUSTER.agents().join("a");
    CLUSTER.client().resource(Networks.network("blue", "overlay", "10.60.0.0/24")).create();
  }

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
  void aQuotaBoundsTheAddressesThatTheServicesOfANamespaceTake() {
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
    // a controller's part, and none runs here
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
  void aNameStandsForAllReadyTasksWhereThatIsAskedFor() {
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
  void theAddressOfADeletedServiceIsFreeAgain() {
    create(spec -> spec);
    await().until(() -> locks().contains("blue.10.60.0.254"));
    CLUSTER.client().resource(service()).delete();
    await().until(() -> locks().isEmpty());
  }

  @Test
  void theAddressIsLetGoWithoutAnOperatorAsSoonAsThereIsOne() {
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
  void theFirstTaskThatCannotStartSaysWhy() {
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

  private void create(UnaryOperator<OverlayServiceSpecBuilder> spec) {
    OverlayService service = new OverlayService();
    service.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("default").build());
    service.setSpec(
        spec.apply(OverlayServiceSpecBuilder.builder().network("blue").image("local/web:1"))
            .build());
    CLUSTER.client().resource(service).create();
  }

  private void edit(UnaryOperator<OverlayServiceSpecBuilder> change) {
    // the operator writes the status meanwhile
    await()
        .ignoreException(KubernetesClientException.class)
        .until(() ->
            CLUSTER
                    .client()
                    .resources(OverlayService.class)
                    .inNamespace("default")
                    .withName(name)
                    .edit(each -> {
                      each.setSpec(
                          change.apply(OverlayServiceSpecBuilder.builder(each.getSpec())).build());
                      return each;
                    })
                != null);
  }

  private Pod pod(String suffix, boolean ready, @Nullable String address) {
    Pod pod =
        CLUSTER
            .client()
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withName(name + "-" + suffix)
                    .withNamespace("default")
                    .withLabels(Map.of(Names.SERVICE_LABEL, name))
                    .endMetadata()
                    .withNewSpec()
                    .withNodeName("a")
                    .addNewContainer()
                    .withName("web")
                    .withImage("local/web:1")
                    .endContainer()
                    .endSpec()
                    .build())
            .create();
    if (address != null) {
      endpoint(pod.getMetadata().getName(), address, pod.getMetadata().getUid());
    }
    ready(pod, ready);
    return pod;
  }

  private static void ready(Pod pod, boolean ready) {
    CLUSTER
        .client()
        .resource(
            new PodBuilder(pod)
                .editMetadata()
                .withResourceVersion(null)
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .endCondition()
                .endStatus()
                .build())
        .patchStatus();
  }

  private static void endpoint(String pod, String address, String podUid) {
    await()
        .until(() ->
            CLUSTER
                    .client()
                    .resources(dev.weft.api.ContainerNetwork.class)
                    .withName("blue")
                    .get()
                    .getStatus()
                != null);
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName("blue." + address)
            .withLabels(Map.of(Names.NETWORK_LABEL, "blue", Names.NODE_LABEL, "a"))
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network("blue")
            .networkUid(
                CLUSTER
                    .client()
                    .resources(dev.weft.api.ContainerNetwork.class)
                    .withName("blue")
                    .get()
                    .getMetadata()
                    .getUid())
            .node("a")
            .address(address + "/24")
            .sandbox(new SandboxReference("s" + address, "default", pod, podUid, null))
            .build());
    NetworkEndpoint created = CLUSTER.client().resource(endpoint).create();
    created.setStatus(
        new dev.weft.api.NetworkEndpointStatus(
            1L,
            List.of(
                new ConditionBuilder()
                    .withType(Conditions.READY)
                    .withStatus("True")
                    .withReason("Wired")
                    .withMessage("played")
                    .withLastTransitionTime("2026-01-01T00:00:00Z")
                    .build())));
    CLUSTER.client().resource(created).patchStatus();
  }

  private OverlayService service() {
    return CLUSTER
        .client()
        .resources(OverlayService.class)
        .inNamespace("default")
        .withName(name)
        .get();
  }

  private OverlayServiceStatus status() {
    return Optional.ofNullable(service().getStatus())
        .orElse(new OverlayServiceStatus(null, null, null, null, null, null, null, null));
  }

  private Condition condition(String type) {
    return Conditions.find(status().conditions(), type).orElseThrow(AssertionError::new);
  }

  private Deployment deployment() {
    return find(Deployment.class, name).orElseThrow();
  }

  private Optional<Integer> replicas() {
    return find(Deployment.class, name).map(each -> each.getSpec().getReplicas());
  }

  private static Service service(String name) {
    return find(Service.class, name).orElseThrow();
  }

  private static <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
    return Optional.ofNullable(
        CLUSTER.client().resources(type).inNamespace("default").withName(name).get());
  }

  private static Optional<EndpointSlice> slice(String service) {
    return CLUSTER
        .client()
        .resources(EndpointSlice.class)
        .inNamespace("default")
        .withLabel(Slices.SERVICE_NAME, service)
        .list()
        .getItems()
        .stream()
        .min(Comparator.comparing(each -> each.getMetadata().getName()));
  }

  private static List<String> addresses(String service) {
    return slice(service).stream()
        .flatMap(each -> each.getEndpoints().stream())
        .flatMap(each -> each.getAddresses().stream())
        .toList();
  }

  private Map<String, Boolean> serving() {
    return slice(name + "-tasks").stream()
        .flatMap(each -> each.getEndpoints().stream())
        .collect(
            java.util.stream.Collectors.toMap(
                (Endpoint each) -> each.getAddresses().getFirst(),
                each -> each.getConditions().getServing()));
  }

  private static List<String> locks() {
    return CLUSTER.client().resources(NetworkEndpoint.class).list().getItems().stream()
        .filter(each -> each.getSpec().service() != null)
        .map(each -> each.getMetadata().getName())
        .toList();
  }

  private static NetworkEndpoint lock(String name) {
    return CLUSTER.client().resources(NetworkEndpoint.class).withName(name).get();
  }
}
