package dev.weft.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.OverlayService;
import dev.weft.e2e.net.SteadyPing;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The administrator of a namespace writes addresses and names of other tenants into its own
 * objects, on a shared node. The other tenants lose nothing, and new pods attach.
 */
@Tag("api-server")
@ExtendWith(InBed.class)
class NamespaceAdminTest {
  private static final String NAMESPACE = "evil";

  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata:
        name: %s
        namespace: evil
        labels: {weft.dev/service: shop, app.kubernetes.io/name: weft-agent}
        annotations: {weft.dev/networks: '%s'}
      spec: {nodeName: weft-2, containers: [{name: c, image: i}]}
      """;

  private static final String SERVICE =
      """
      apiVersion: weft.dev/v1alpha1
      kind: OverlayService
      metadata: {name: %s, namespace: evil}
      spec: {network: blue, replicas: 1, %s}
      """;

  private static final String SLICE =
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: %s
        namespace: evil
        labels: {weft.dev/network: blue, weft.dev/service: shop, kubernetes.io/service-name: shop}
      addressType: IPv4
      ports: [{name: '', port: 22, protocol: TCP}]
      endpoints: [{addresses: [%s], conditions: {ready: true, serving: true, terminating: false}}]
      """;

  private final InBed.Current current;

  NamespaceAdminTest(InBed.Current current) {
    this.current = current;
  }

  @BeforeAll
  static void needsSchemas() {
    assumeTrue(
        Stream.of("KUBEBUILDER_ASSETS", "WEFT_KUBERNETES").anyMatch(System.getenv()::containsKey),
        "the embedded API server knows no schema: KUBEBUILDER_ASSETS names no real one");
  }

  private static Map<String, String> writes(Bed bed) {
    String victim = bed.address("blue-2").getHostAddress();
    String mac = bed.mac("blue-2").toString();
    String virtual = bed.virtual().orElseThrow().getHostAddress();
    Map<String, String> writes = new LinkedHashMap<>();
    writes.put(
        "a pod with a victim's address",
        POD.formatted("address", "[{\"name\":\"blue\",\"ips\":[\"" + victim + "\"]}]"));
    writes.put(
        "a pod with a service's address",
        POD.formatted("virtual", "[{\"name\":\"blue\",\"ips\":[\"" + virtual + "\"]}]"));
    writes.put(
        "a pod with a victim's MAC address",
        POD.formatted("mac", "[{\"name\":\"blue\",\"mac\":\"" + mac + "\"}]"));
    writes.put(
        "a pod with a gateway's address",
        POD.formatted("gateway", "[{\"name\":\"web\",\"ips\":[\"172.28.0.1\"]}]"));
    writes.put(
        "a pod with an address of another network",
        POD.formatted("far", "[{\"name\":\"red\",\"ips\":[\"10.10.0.77\"]}]"));
    writes.put(
        "a pod whose interface is its loopback",
        POD.formatted("lo", "[{\"name\":\"red\",\"interface\":\"lo\"}]"));
    writes.put(
        "a pod that asks for a network that is none",
        POD.formatted("nosuch", "red, no.such/thing"));
    writes.put("a pod that asks for too many", POD.formatted("many", "red,".repeat(2000) + "red"));
    writes.put("a service of the name of another", SERVICE.formatted("shop", "image: busybox"));
    writes.put(
        "a service whose pods are another's tasks",
        SERVICE.formatted(
            "other",
            "template: {metadata: {labels: {weft.dev/service: shop}, annotations:"
                + " {weft.dev/networks: 'red, db'}}, spec: {hostNetwork: true, containers: [{name:"
                + " c, image: i}]}}"));
    writes.put(
        "a service with every port",
        SERVICE.formatted("ports", "image: busybox, ports: [{port: 65535, targetPort: 1}]"));
    writes.put(
        "tasks of a service that is another's", SLICE.formatted("shop-tasks-ipv4-7", victim));
    writes.put("tasks at a service's own address", SLICE.formatted("shop-tasks-ipv4-8", virtual));
    writes.put("tasks on the node", SLICE.formatted("shop-tasks-ipv4-9", "192.168.77.12"));
    writes.put(
        "a workload of the name of a service's",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: ports, namespace: evil, labels: {weft.dev/service: ports}}
        spec:
          replicas: 2147483647
          paused: true
          selector: {matchLabels: {a: b}}
          template:
            metadata: {labels: {a: b}}
            spec: {containers: [{name: c, image: i}]}
        """);
    return writes;
  }

  @Test
  void keepsWithinItsNamespace() throws Exception {
    Bed bed = current.get();
    boolean sound = false;
    bed.lab()
        .client()
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
    try {
      KernelState then = StolenTokenTest.settled(bed);
      List<String> told = new ArrayList<>();
      List<String> harms = new ArrayList<>();
      try (SteadyPing ping =
          SteadyPing.start(bed.sandbox("blue-2"), bed.address("blue-3"), Duration.ofSeconds(3))) {
        ping.awaitAnswer();
        writes(bed)
            .forEach((what, yaml) -> {
              told.add(what + ": " + written(bed, yaml));
            });
        harms.addAll(StolenTokenTest.mark(bed));
        harms.addAll(
            StolenTokenTest.state(bed)
                .differences(then, ofVictims(bed).negate().or(ofOwnServices(bed))));
        ping.awaitMore(20);
        if (ping.stop() > 0) {
          harms.add("pings are lost");
        }
      }
      harms.addAll(bed.notReady());
      assertThat(harms).as(String.join("\n", told)).isEmpty();
      assertThat(bed.lab().operator().isAlive()).isTrue();
      bed.lab().nodes().forEach(node -> assertThat(node.agent().isAlive()).isTrue());
      sound = true;
    } finally {
      if (!sound) {
        current.spoil();
      } else {
        clear(bed);
      }
    }
  }

  private static String written(Bed bed, String yaml) {
    try {
      bed.apply(yaml);
      return "written";
    } catch (KubernetesClientException refused) {
      if (refused.getCode() < 400 || refused.getCode() > 499) {
        throw refused;
      }
      return refused.getMessage();
    }
  }

  private static void clear(Bed bed) {
    var client = bed.lab().client();
    client.resources(OverlayService.class).inNamespace(NAMESPACE).delete();
    client.apps().deployments().inNamespace(NAMESPACE).delete();
    client.discovery().v1().endpointSlices().inNamespace(NAMESPACE).delete();
    client.pods().inNamespace(NAMESPACE).withGracePeriod(0).delete();
    client.namespaces().withName(NAMESPACE).delete();
  }

  /** Differences on any node that are about the namespace's own services. */
  private static Predicate<String> ofOwnServices(Bed bed) {
    List<String> keys =
        bed
            .lab()
            .client()
            .resources(OverlayService.class)
            .inNamespace(NAMESPACE)
            .list()
            .getItems()
            .stream()
            .flatMap(each -> Stream.ofNullable(each.getStatus()))
            .flatMap(each -> Stream.ofNullable(each.vips()).flatMap(List::stream))
            .map(each -> "nft %s . ".formatted(each))
            .toList();
    return line -> keys.stream().anyMatch(line::startsWith);
  }

  /** Differences that name an address of a victim or of its service. */
  private static Predicate<String> ofVictims(Bed bed) {
    List<String> victims = new ArrayList<>(List.of(bed.virtual().orElseThrow().getHostAddress()));
    for (String pod : List.of("blue-1", "blue-2", "blue-3", "red-1", "red-2", "lan-2", "shop-1")) {
      String network = pod.equals("shop-1") ? "blue" : Bed.network(pod);
      victims.add(bed.prefix(pod, network, true).address().getHostAddress());
      victims.add(bed.mac(pod, network).toString());
    }
    return StolenTokenTest.any(victims);
  }
}
