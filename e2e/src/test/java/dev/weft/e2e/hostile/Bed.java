package dev.weft.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Labs;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A lab of three nodes with networks of each kind, victims on each network, and a service. */
record Bed(Lab lab, Cluster cluster) implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofMinutes(3);
  static final Path MANIFESTS = Path.of("../manifests");

  /** The networks with hostile pods first, then those without. */
  static final List<String> NETWORKS = List.of("blue", "web", "lan", "red", "db");

  private static final String DECLARED =
      """
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: blue}
      spec: {driver: overlay, subnets: [{cidr: 10.10.0.0/24}, {cidr: 'fd10::/64'}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: red}
      spec: {driver: overlay, subnets: [{cidr: 10.20.0.0/24}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: web}
      spec: {driver: bridge, subnets: [{cidr: 172.28.0.0/24}, {cidr: 'fd28::/64'}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: db}
      spec: {driver: bridge, subnets: [{cidr: 172.29.0.0/24}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: lan}
      spec:
        driver: macvlan
        subnets: [{cidr: 192.168.77.0/24, gateway: 192.168.77.254, ranges: [192.168.77.128/25]}]
        macvlan: {parent: eth0}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: OverlayService
      metadata: {name: shop, namespace: default}
      spec: {network: blue, replicas: 0, image: busybox, ports: [{port: 80, targetPort: 8080}]}
      """;

  private static final Map<String, String> VICTIMS =
      Map.ofEntries(
          Map.entry("blue-1", "weft-1"),
          Map.entry("blue-2", "weft-2"),
          Map.entry("blue-3", "weft-3"),
          Map.entry("red-1", "weft-1"),
          Map.entry("red-2", "weft-2"),
          Map.entry("web-1", "weft-1"),
          Map.entry("web-2", "weft-1"),
          Map.entry("db-1", "weft-1"),
          Map.entry("db-2", "weft-1"),
          Map.entry("lan-1", "weft-1"),
          Map.entry("lan-2", "weft-2"));

  static Bed start() {
    Lab lab = Lab.create(Labs.name());
    Bed bed = new Bed(lab, new Cluster(lab.client()));
    try {
      lab.install(MANIFESTS);
      lab.startOperator();
      for (int i = 0; i < 3; i++) {
        lab.addNode();
      }
      lab.nodes()
          .forEach(node ->
              await("agent of " + node.name())
                  .atMost(PATIENCE)
                  .until(() -> bed.cluster().isNodeReady(node.name())));
      bed.apply(DECLARED);
      VICTIMS.forEach((pod, node) -> bed.pod(pod, node, pod.substring(0, pod.indexOf('-'))));
      lab.client().resource(task()).create();
      VICTIMS.keySet().forEach(bed::awaitRunning);
      bed.awaitRunning("shop-1");
      NETWORKS.forEach(bed::awaitReady);
      await("a virtual address").atMost(PATIENCE).until(() -> bed.virtual().isPresent());
      return bed;
    } catch (RuntimeException | Error e) {
      lab.close();
      throw e;
    }
  }

  private static Pod task() {
    return new PodBuilder(describe("shop-1", "weft-3", "blue"))
        .editMetadata()
        .addToLabels(dev.weft.api.Names.SERVICE_LABEL, "shop")
        .endMetadata()
        .build();
  }

  private static Pod describe(String name, String node, String networks) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .addToAnnotations(dev.weft.api.Names.NETWORKS_ANNOTATION, networks)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("shell")
        .withImage("busybox")
        .endContainer()
        .endSpec()
        .build();
  }

  void apply(String yaml) {
    lab.client()
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .items()
        .forEach(each -> lab.client().resource(each).createOr(there -> there.patch()));
  }

  /** Creates a pod that asks for these networks; does not wait for it. */
  void pod(String name, String node, String networks) {
    lab.client().resource(describe(name, node, networks)).create();
  }

  void awaitRunning(String pod) {
    await(pod + " runs")
        .atMost(PATIENCE)
        .until(() -> {
          keepOperator();
          return cluster.isRunning(pod);
        });
  }

  /** Restarts the operator as its Deployment would: on a busy machine its start may time out. */
  private void keepOperator() {
    if (!lab.operator().isAlive()) {
      lab.operator().restart();
    }
  }

  /** Deletes a pod; does not wait for it. */
  void delete(String pod) {
    lab.client().pods().inNamespace("default").withName(pod).delete();
  }

  /** Deletes a pod and waits until neither it nor an address of it is left. */
  void remove(String pod, Duration patience) {
    delete(pod);
    await(pod + " is gone")
        .atMost(patience)
        .until(() ->
            lab.client().pods().inNamespace("default").withName(pod).get() == null
                && endpoints(pod).isEmpty());
  }

  /** Deletes an unused network, and waits until it is gone. */
  void forget(String network) {
    var it = lab.client().resources(ContainerNetwork.class).withName(network);
    it.delete();
    await(network + " is gone").atMost(PATIENCE).until(() -> it.get() == null);
  }

  private void awaitReady(String network) {
    await(network + " is Ready")
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(cluster.isReady(network)).as(cluster.describe(network)).isTrue());
  }

  /** Messages of the networks that are not Ready now. */
  List<String> notReady() {
    return NETWORKS.stream()
        .filter(network -> !cluster.isReady(network))
        .map(network -> network + " is not Ready: " + cluster.describe(network))
        .toList();
  }

  NetworkNamespace sandbox(String pod) {
    return lab.sandbox(pod).orElseThrow();
  }

  /** Name of a pod's network namespace. */
  String namespaceName(String pod) {
    return lab.sandboxName(lab.client().pods().inNamespace("default").withName(pod).get());
  }

  List<NetworkEndpoint> endpoints(String pod) {
    return lab.client().resources(NetworkEndpoint.class).list().getItems().stream()
        .filter(each -> each.getSpec().sandbox() != null)
        .filter(each -> pod.equals(each.getSpec().sandbox().pod()))
        .toList();
  }

  private NetworkEndpointSpec endpoint(String pod, String network, boolean ipv4) {
    return endpoints(pod).stream()
        .map(NetworkEndpoint::getSpec)
        .filter(each -> network.equals(each.network()))
        .filter(each -> String.valueOf(each.address()).contains(".") == ipv4)
        .findFirst()
        .orElseThrow();
  }

  /** A victim's address on the network that prefixes its name. */
  InetAddress address(String victim) {
    return prefix(victim, network(victim), true).address();
  }

  InetAddress address6(String victim) {
    return prefix(victim, network(victim), false).address();
  }

  MacAddress mac(String victim) {
    return mac(victim, network(victim));
  }

  MacAddress mac(String pod, String network) {
    return MacAddress.parse(String.valueOf(endpoint(pod, network, true).mac()));
  }

  IpPrefix prefix(String pod, String network, boolean ipv4) {
    return IpPrefix.parse(String.valueOf(endpoint(pod, network, ipv4).address()));
  }

  static String network(String victim) {
    return victim.substring(0, victim.indexOf('-'));
  }

  String uid(String network) {
    return cluster.network(network).orElseThrow().getMetadata().getUid();
  }

  int vni(String network) {
    return cluster
        .network(network)
        .map(ContainerNetwork::getStatus)
        .map(ContainerNetworkStatus::vni)
        .orElseThrow();
  }

  int port(String network) {
    return cluster
        .network(network)
        .map(ContainerNetwork::getStatus)
        .map(ContainerNetworkStatus::port)
        .orElseThrow();
  }

  /** The service's IPv4 address. */
  Optional<InetAddress> virtual() {
    return virtual(".").map(InetAddress::ofLiteral);
  }

  /** The text of the service's IPv6 address. */
  String virtual6() {
    return virtual(":").orElseThrow();
  }

  private Optional<String> virtual(String separator) {
    return Optional.ofNullable(
            lab.client()
                .resources(OverlayService.class)
                .inNamespace("default")
                .withName("shop")
                .get())
        .map(OverlayService::getStatus)
        .map(OverlayServiceStatus::vips)
        .flatMap(all -> all.stream().filter(each -> each.contains(separator)).findFirst());
  }

  @Override
  public void close() {
    lab.close();
  }
}
