package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static org.awaitility.Awaitility.await;

import dev.weft.api.AddressCounts;
import dev.weft.api.Cidr;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.HostNetwork;
import dev.weft.api.IpAddress;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.api.NodeCounts;
import dev.weft.api.SandboxReference;
import dev.weft.operator.kube.KubeCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Networks that an operator reconciles on an API server, with simulated agents. */
abstract class NetworksOnApiServer {
  @RegisterExtension static final KubeCluster CLUSTER = new KubeCluster();

  @BeforeAll
  static void waitLongerForAMachineThatIsBusy() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(15));
    Awaitility.setDefaultPollInterval(Duration.ofMillis(50));
  }

  static KubernetesClient client() {
    return CLUSTER.client();
  }

  static void create(ContainerNetwork network) {
    client().resource(network).create();
  }

  static void delete(String network) {
    client().resources(ContainerNetwork.class).withName(network).delete();
  }

  static void change(String network, UnaryOperator<ContainerNetworkSpecBuilder> change) {
    client()
        .resources(ContainerNetwork.class)
        .withName(network)
        .edit(each -> {
          each.setSpec(change.apply(ContainerNetworkSpecBuilder.builder(each.getSpec())).build());
          return each;
        });
  }

  static ContainerNetworkStatus status(String network) {
    return status(client().resources(ContainerNetwork.class).withName(network).get());
  }

  static ContainerNetworkStatus status(@Nullable ContainerNetwork network) {
    return Optional.ofNullable(network)
        .map(ContainerNetwork::getStatus)
        .orElse(ContainerNetworkStatusBuilder.builder().build());
  }

  static String nodes(String network) {
    NodeCounts counts = status(network).nodes();
    return counts == null ? "none" : String.valueOf(counts.summary());
  }

  static long used(String network) {
    AddressCounts counts = status(network).addresses();
    return counts == null || counts.used() == null ? -1 : counts.used();
  }

  static Condition ready(String network) {
    return Conditions.find(status(network).conditions(), Conditions.READY).orElse(new Condition());
  }

  /** Waits like {@code kubectl wait --for=condition=Ready}, and for the present generation. */
  static void awaitReady(String name) {
    await(name + " is Ready")
        .until(() -> {
          ContainerNetwork network =
              client().resources(ContainerNetwork.class).withName(name).get();
          return Conditions.isTrue(status(network).conditions(), Conditions.READY)
              && Objects.equals(
                  status(network).observedGeneration(), network.getMetadata().getGeneration());
        });
  }

  static void awaitStalled(String name, String reason) {
    await(name + " is Stalled")
        .until(() ->
            Conditions.find(status(name).conditions(), Conditions.STALLED)
                .filter(each -> each.getStatus().equals(Conditions.TRUE))
                .filter(each -> each.getReason().equals(reason))
                .isPresent());
  }

  static void awaitGone(String name) {
    await(name + " is gone")
        .until(() -> client().resources(ContainerNetwork.class).withName(name).get() == null);
  }

  static List<String> hostNetworks(String network) {
    return client()
        .resources(HostNetwork.class)
        .withLabel(Names.NETWORK_LABEL, network)
        .list()
        .getItems()
        .stream()
        .map(each -> each.getMetadata().getName())
        .sorted()
        .toList();
  }

  static List<String> events(String network) {
    return client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(each -> each.getInvolvedObject().getName().equals(network))
        .map(Event::getReason)
        .toList();
  }

  static Pod pod(String name, String node, String networks) {
    return pod("default", name, node, networks);
  }

  static Pod pod(String namespace, String name, String node, String networks) {
    return client()
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .addToAnnotations(Names.NETWORKS_ANNOTATION, networks)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withName("main")
                .withImage("none")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  static NetworkEndpoint endpoint(String network, String address, String node, Pod pod) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(Names.endpoint(network, IpAddress.parse(address)))
            .addToLabels(Names.NETWORK_LABEL, network)
            .addToLabels(Names.NODE_LABEL, node)
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(network)
            .networkUid(
                client()
                    .resources(ContainerNetwork.class)
                    .withName(network)
                    .get()
                    .getMetadata()
                    .getUid())
            .node(node)
            .address(address + "/" + prefix(network, IpAddress.parse(address)))
            .sandbox(
                new SandboxReference(
                    pod.getMetadata().getUid(),
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getName(),
                    pod.getMetadata().getUid(),
                    null))
            .build());
    return client().resource(endpoint).create();
  }

  static int prefix(String network, IpAddress address) {
    return Objects.requireNonNull(status(network).subnets()).stream()
        .map(each -> Cidr.parse(Objects.requireNonNull(each.cidr())))
        .filter(each -> each.contains(address))
        .findFirst()
        .orElseThrow()
        .prefix();
  }

  static HasMetadata node(String name, String ready, Map<String, String> labels) {
    client()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .build())
        .fieldManager("test")
        .forceConflicts()
        .serverSideApply();
    return client()
        .nodes()
        .withName(name)
        .editStatus(each ->
            new NodeBuilder(each)
                .editOrNewStatus()
                .withConditions(
                    new NodeConditionBuilder().withType("Ready").withStatus(ready).build())
                .endStatus()
                .build());
  }

  static Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    for (Class<? extends HasMetadata> kind :
        List.of(ContainerNetwork.class, HostNetwork.class, MeshNode.class)) {
      client()
          .resources(kind)
          .list()
          .getItems()
          .forEach(each ->
              versions.put(each.getMetadata().getName(), each.getMetadata().getResourceVersion()));
    }
    return versions;
  }
}
