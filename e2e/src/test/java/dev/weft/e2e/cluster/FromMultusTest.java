package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.Subnet;
import dev.weft.api.SubnetBuilder;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.LabPod;
import dev.weft.e2e.lab.Root;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.importer.multus.MultusCluster;
import dev.weft.importer.translate.Imported;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two pods on a macvlan network of the CNI reference plugins, wired as Multus wires them, move to
 * Weft one by one: one with Weft's annotation, one with Multus's unchanged.
 */
@Tag("api-server")
class FromMultusTest {
  private static final String STATUS = "k8s.v1.cni.cncf.io/network-status";
  private static final String NETWORK = "default-lan";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void podsMoveOneByOneAndKeepTheirAddresses() throws Exception {
    assumeTrue(Root.is(), Root.REASON);
    CniPlugin plugin = CniPlugin.orSkip();
    String config =
        """
        {"cniVersion": "1.0.0", "name": "lan", "type": "macvlan", "master": "eth0",
         "ipam": {"type": "host-local", "subnet": "10.99.0.0/24", "rangeStart": "10.99.0.10",
         "dataDir": "%s"}}
        """
            .formatted(folder.resolve("addresses"))
            .replace("\n", " ");
    try (Lab lab = InLab.start(2)) {
      Cluster cluster = new Cluster(lab.client());
      define(lab, config);
      LabNode first = lab.nodes().get(0);
      LabNode second = lab.nodes().get(1);
      String one = multus(lab, plugin, config, "one", first);
      String two = multus(lab, plugin, config, "two", second);
      assertThat(List.of(one, two)).containsExactly("10.99.0.10", "10.99.0.11");

      try (SteadyPing ping = ping(lab, "one", two)) {
        ping.awaitAnswer();
        lab.apply(
            Files.writeString(
                folder.resolve("networks.yaml"),
                Imported.yaml(MultusCluster.read(lab.kubeconfig()))));
        InLab.awaitReady(cluster, NETWORK);
        assertThat(reserved(cluster)).containsOnlyKeys("default/one", "default/two");
        release(lab, "default/two");
        ping.awaitMore(50);
        assertThat(ping.stop()).as("lost while both systems run").isZero();
      }
      assertThat(cluster.endpoints(NETWORK)).as("pods of Multus stay Multus's").isEmpty();

      restart(
          lab,
          LabPod.of(
              "two",
              second.name(),
              "[{\"name\": \"%s\", \"interface\": \"net1\", \"ips\": [\"%s\"]}]"
                  .formatted(NETWORK, two)));
      awaitAddress(cluster, "two", two);
      answersWithoutLoss(lab, "one", two);

      release(lab, "default/one");
      restart(
          lab, asking("one", first, "[{\"name\": \"lan\", \"ips\": [\"%s/24\"]}]".formatted(one)));
      awaitAddress(cluster, "one", one);
      answersWithoutLoss(lab, "two", one);
      answersWithoutLoss(lab, "one", two);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(status(lab, "one").findValuesAsText("name")).contains("default/lan"));
    }
  }

  private static SteadyPing ping(Lab lab, String from, String to) {
    return SteadyPing.start(
        lab.sandbox(from).orElseThrow(), InetAddress.ofLiteral(to), Duration.ofSeconds(3));
  }

  private static void answersWithoutLoss(Lab lab, String from, String to) {
    try (SteadyPing ping = ping(lab, from, to)) {
      ping.awaitAnswer();
    }
    try (SteadyPing ping = ping(lab, from, to)) {
      ping.awaitMore(50);
      assertThat(ping.stop()).as("lost from %s to %s", from, to).isZero();
    }
  }

  private static void define(Lab lab, String config) {
    var definition =
        lab.client()
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .resource(
                Serialization.unmarshal(
                    """
                    apiVersion: apiextensions.k8s.io/v1
                    kind: CustomResourceDefinition
                    metadata:
                      name: network-attachment-definitions.k8s.cni.cncf.io
                    spec:
                      group: k8s.cni.cncf.io
                      scope: Namespaced
                      names:
                        plural: network-attachment-definitions
                        singular: network-attachment-definition
                        kind: NetworkAttachmentDefinition
                      versions:
                      - name: v1
                        served: true
                        storage: true
                        schema:
                          openAPIV3Schema:
                            type: object
                            x-kubernetes-preserve-unknown-fields: true
                    """,
                    io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition
                        .class));
    definition.create();
    await("the definition is served")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() ->
            assertThat(
                    lab.client()
                        .resource(
                            """
                            apiVersion: k8s.cni.cncf.io/v1
                            kind: NetworkAttachmentDefinition
                            metadata: {name: lan, namespace: default}
                            spec:
                              config: '%s'
                            """
                                .formatted(config))
                        .create())
                .isNotNull());
  }

  private static Pod asking(String name, LabNode node, String networks) {
    return new PodBuilder(LabPod.of(name, node.name(), ""))
        .editMetadata()
        .withAnnotations(Map.of(Names.MULTUS_ANNOTATION, networks))
        .endMetadata()
        .build();
  }

  /** A pod that the plugin wires; returns its address. */
  private static String multus(Lab lab, CniPlugin plugin, String config, String name, LabNode node)
      throws Exception {
    Pod pod = lab.client().resource(asking(name, node, "lan")).create();
    await("the sandbox of " + name).atMost(PATIENCE).until(() -> lab.sandbox(name).isPresent());
    JsonNode answer = plugin.add(node, lab.sandboxName(pod), config);
    String address = answer.at("/ips/0/address").asText().replaceFirst("/.*", "");
    Pod _ =
        lab.client()
            .pods()
            .inNamespace("default")
            .withName(name)
            .edit(each ->
                new PodBuilder(each)
                    .editMetadata()
                    .addToAnnotations(
                        STATUS,
                        "[{\"name\": \"default/lan\", \"interface\": \"net1\", \"ips\": [\"%s\"]}]"
                            .formatted(address))
                    .endMetadata()
                    .build());
    return address;
  }

  private static Map<String, String> reserved(Cluster cluster) {
    return cluster.network(NETWORK).orElseThrow().getSpec().subnets().getFirst().reserved();
  }

  /** Takes a pod's line out of what is reserved, as its move begins. */
  private static void release(Lab lab, String holder) {
    ContainerNetwork _ =
        lab.client()
            .resources(ContainerNetwork.class)
            .withName(NETWORK)
            .edit(each -> {
              Subnet subnet = each.getSpec().subnets().getFirst();
              Map<String, String> left = new HashMap<>(subnet.reserved());
              left.remove(holder);
              each.setSpec(
                  ContainerNetworkSpecBuilder.builder(each.getSpec())
                      .subnets(
                          List.of(
                              SubnetBuilder.builder(subnet)
                                  .reserved(left.isEmpty() ? null : left)
                                  .build()))
                      .build());
              return each;
            });
  }

  private static void restart(Lab lab, Pod pod) {
    var pods = lab.client().pods().inNamespace("default").withName(pod.getMetadata().getName());
    pods.withGracePeriod(0).delete();
    await("the pod is gone")
        .atMost(PATIENCE)
        .until(() -> pods.get() == null && lab.sandbox(pod.getMetadata().getName()).isEmpty());
    Pod _ = lab.client().resource(pod).create();
  }

  private static void awaitAddress(Cluster cluster, String pod, String address) {
    InLab.awaitRunning(cluster, pod);
    await("%s has %s".formatted(pod, address))
        .atMost(PATIENCE)
        .until(() ->
            cluster.endpoints(NETWORK).stream()
                .filter(each -> pod.equals(each.getSpec().sandbox().pod()))
                .anyMatch(each ->
                    String.valueOf(each.getSpec().address()).equals(address + "/24")
                        && each.getStatus() != null));
  }

  private static JsonNode status(Lab lab, String pod) throws Exception {
    return JSON.readTree(
        lab.client()
            .pods()
            .inNamespace("default")
            .withName(pod)
            .get()
            .getMetadata()
            .getAnnotations()
            .getOrDefault(STATUS, "[]"));
  }
}
