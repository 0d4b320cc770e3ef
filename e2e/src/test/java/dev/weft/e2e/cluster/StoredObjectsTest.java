package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * This version reads recorded objects of an earlier version. It allocates nothing again, and no pod
 * gets another address.
 */
@Tag("api-server")
class StoredObjectsTest {
  private static final Path RECORD = Path.of("src/test/resources/stored/objects.yaml");
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  @Test
  void areReadAndKeepWhatWasAllocatedToThem() throws IOException {
    assumeTrue(Root.is(), Root.REASON);
    try (Lab lab = Lab.create(Labs.name())) {
      assumeTrue(lab.controlPlane().isReal(), "the embedded API server knows no schema");
      lab.install(InLab.MANIFESTS);
      store(lab);
      Map<String, String> hostNetworks = of(lab, HostNetwork.class, HostNetwork::getSpec);
      Map<String, String> endpoints = of(lab, NetworkEndpoint.class, NetworkEndpoint::getSpec);
      Map<String, String> services = of(lab, OverlayService.class, OverlayService::getSpec);
      ContainerNetworkStatus blue = status(lab, "blue");
      ContainerNetworkStatus web = status(lab, "web");
      assertThat(List.of(hostNetworks, endpoints, services)).noneMatch(Map::isEmpty);

      lab.addNode();
      lab.addNode();
      lab.startOperator();
      LabSandboxes sandboxes = new LabSandboxes(lab);
      await()
          .atMost(InLab.PATIENCE)
          .until(() -> lab.sandbox("a").isPresent() && sandboxes.reaches("a", "b", "blue"));
      try (Made made = new Made(lab)) {
        made.network("new", "driver: overlay");
        InLab.awaitReady(new Cluster(lab.client()), "new");
        assertThat(status(lab, "new").vni()).as("the first of the mesh's range").isEqualTo(5000);
        assertThat(status(lab, "new").subnets()).isNotEqualTo(blue.subnets());
      }
      await()
          .atMost(InLab.PATIENCE)
          .untilAsserted(() -> {
            assertThat(condition(lab, "blue")).isEqualTo("AllNodesReady 2 of 2");
            assertThat(condition(lab, "web")).isEqualTo("AllNodesReady 2 of 2");
            Mesh mesh = lab.client().resources(Mesh.class).withName("default").get();
            assertThat(Conditions.isTrue(mesh.getStatus().conditions(), Conditions.READY)).isTrue();
          });

      assertThat(status(lab, "blue").vni()).isEqualTo(blue.vni()).isEqualTo(5077);
      assertThat(status(lab, "blue").subnets()).isEqualTo(blue.subnets());
      assertThat(status(lab, "web").subnets()).isEqualTo(web.subnets());
      assertThat(of(lab, HostNetwork.class, HostNetwork::getSpec)).isEqualTo(hostNetworks);
      assertThat(of(lab, NetworkEndpoint.class, NetworkEndpoint::getSpec))
          .containsAllEntriesOf(endpoints);
      assertThat(of(lab, OverlayService.class, OverlayService::getSpec)).isEqualTo(services);
      assertThat(of(lab, MeshNode.class, MeshNode::getSpec)).hasSize(2);
    }
  }

  /** Writes the record; {@code ${kind/name}} in it means the UID that an object gets now. */
  private static void store(Lab lab) throws IOException {
    Map<String, String> uids = new HashMap<>();
    for (String recorded : Files.readString(RECORD).split("(?m)^---$", -1)) {
      String text = recorded;
      for (Map.Entry<String, String> uid : uids.entrySet()) {
        text = text.replace(uid.getKey(), uid.getValue());
      }
      JsonNode object = YAML.unmarshal(text, JsonNode.class);
      HasMetadata stored =
          lab.client()
              .resource(YAML.convertValue(object, GenericKubernetesResource.class))
              .create();
      uids.put(
          "${%s/%s}".formatted(stored.getKind(), stored.getMetadata().getName()),
          stored.getMetadata().getUid());
      if (object.has("status")) {
        GenericKubernetesResource full = YAML.convertValue(object, GenericKubernetesResource.class);
        full.setMetadata(stored.getMetadata());
        lab.client().resource(full).updateStatus();
      }
    }
  }

  /** Name and UID of an object, and a {@code part} of it. */
  private static <T extends HasMetadata> Map<String, String> of(
      Lab lab, Class<T> kind, Function<T, ? extends Object> part) {
    Map<String, String> all = new TreeMap<>();
    lab.client()
        .resources(kind)
        .inAnyNamespace()
        .list()
        .getItems()
        .forEach(each ->
            all.put(
                each.getMetadata().getName() + " " + each.getMetadata().getUid(),
                String.valueOf(part.apply(each))));
    return all;
  }

  private static ContainerNetworkStatus status(Lab lab, String network) {
    return lab.client().resources(ContainerNetwork.class).withName(network).get().getStatus();
  }

  private static String condition(Lab lab, String network) {
    ContainerNetworkStatus status = status(lab, network);
    return "%s %d of %d"
        .formatted(
            Conditions.find(status.conditions(), Conditions.READY).orElseThrow().getReason(),
            status.nodes().ready(),
            status.nodes().desired());
  }
}
