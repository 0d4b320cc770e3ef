package dev.weft.operator.service;

import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceSpecBuilder;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.api.SandboxReference;
import dev.weft.operator.Networks;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Services that an operator reconciles on an API server. */
abstract class ServicesOnApiServer {
  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  static int number;
  final String name = "web" + ++number;

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

  void create(UnaryOperator<OverlayServiceSpecBuilder> spec) {
    OverlayService service = new OverlayService();
    service.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("default").build());
    service.setSpec(
        spec.apply(OverlayServiceSpecBuilder.builder().network("blue").image("local/web:1"))
            .build());
    CLUSTER.client().resource(service).create();
  }

  void edit(UnaryOperator<OverlayServiceSpecBuilder> change) {
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

  Pod pod(String suffix, boolean ready, @Nullable String address) {
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

  static void ready(Pod pod, boolean ready) {
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

  static void endpoint(String pod, String address, String podUid) {
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

  OverlayService service() {
    return CLUSTER
        .client()
        .resources(OverlayService.class)
        .inNamespace("default")
        .withName(name)
        .get();
  }

  OverlayServiceStatus status() {
    return Optional.ofNullable(service().getStatus())
        .orElse(new OverlayServiceStatus(null, null, null, null, null, null, null, null));
  }

  Condition condition(String type) {
    return Conditions.find(status().conditions(), type).orElseThrow(AssertionError::new);
  }

  Deployment deployment() {
    return find(Deployment.class, name).orElseThrow();
  }

  Optional<Integer> replicas() {
    return find(Deployment.class, name).map(each -> each.getSpec().getReplicas());
  }

  static Service service(String name) {
    return find(Service.class, name).orElseThrow();
  }

  static <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
    return Optional.ofNullable(
        CLUSTER.client().resources(type).inNamespace("default").withName(name).get());
  }

  static Optional<EndpointSlice> slice(String service) {
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

  static List<String> addresses(String service) {
    return slice(service).stream()
        .flatMap(each -> each.getEndpoints().stream())
        .flatMap(each -> each.getAddresses().stream())
        .toList();
  }

  Map<String, Boolean> serving() {
    return slice(name + "-tasks").stream()
        .flatMap(each -> each.getEndpoints().stream())
        .collect(
            java.util.stream.Collectors.toMap(
                (Endpoint each) -> each.getAddresses().getFirst(),
                each -> each.getConditions().getServing()));
  }

  static List<String> locks() {
    return CLUSTER.client().resources(NetworkEndpoint.class).list().getItems().stream()
        .filter(each -> each.getSpec().service() != null)
        .map(each -> each.getMetadata().getName())
        .toList();
  }

  static NetworkEndpoint lock(String name) {
    return CLUSTER.client().resources(NetworkEndpoint.class).withName(name).get();
  }
}
