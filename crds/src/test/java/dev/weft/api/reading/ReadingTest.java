package dev.weft.api.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.weft.api.OverlayService;
import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.DefaultKubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingTest {
  private final List<String> counted = new ArrayList<>();
  private final KubernetesSerialization json =
      new KubernetesSerialization(new Reading(counted::add).mapper(), true);

  ReadingTest() {
    json.registerKubernetesResource(OverlayService.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "template: {spec: {containers: {name: web}}}     | spec.template.spec.containers | a list",
        "template: {spec: {containers: [{name: a}, 5]}}  | spec.template.spec.containers[1] |"
            + " object",
        "template: {spec: {volumes: [{name: a, emptyDir: 7}]}}"
            + " | spec.template.spec.volumes[0].emptyDir | object",
        "template: {metadata: {labels: [a]}}             | spec.template.metadata.labels | object",
        "update: {delaySeconds: 2592000000}              | spec.update.delaySeconds | 2147483647",
        "update: {delaySeconds: 1.0E300}                 | spec.update.delaySeconds | 2147483647",
        "ports: [{port: 1}, {port: 99999999999}]         | spec.ports[1].port | 2147483647",
        "placement: {nodeSelector: x}                    | spec.placement.nodeSelector | object",
        "image: [x]                                      | spec.image | text",
      })
  void namesThePartThatCannotBeReadAndReadsTheRest(String part, String path, String cure) {
    OverlayService service = service("network: blue, " + part);

    assertThat(service.getSpec().network()).isEqualTo("blue");
    assertThat(Faults.of(service)).singleElement().extracting(Fault::path).isEqualTo(path);
    assertThat(Faults.of(service).getFirst().toString()).contains(cure);
    assertThat(Validation.of(service).getFirst().toString()).startsWith(path + ": ").contains(cure);
    assertThat(counted).containsExactly("OverlayService");
  }

  @Test
  void numbersElementsAsTheyAreStored() {
    OverlayService service = service("network: blue, ports: [{port: x}, {port: 2}, 3, {port: []}]");

    assertThat(Faults.of(service))
        .extracting(Fault::path)
        .containsExactly("spec.ports[0].port", "spec.ports[2]", "spec.ports[3].port");
    assertThat(service.getSpec().ports()).extracting("port").containsExactly(null, 2, null);
  }

  @Test
  void keepsFaultsInACopyAndCountsThemOnce() {
    OverlayService service = service("network: blue, image: [x]");
    OverlayService copy = json.clone(json.clone(service));

    assertThat(Faults.of(copy)).isEqualTo(Faults.of(service)).hasSize(1);
    service("network: blue, image: [x]");
    assertThat(counted).hasSize(1);
    assertThat(Faults.of(service("network: blue, image: x"))).isEmpty();
  }

  @Test
  void readsOfAnObjectThatIsAllWrongItsIdentity() {
    StringBuilder ports = new StringBuilder();
    for (int i = 0; i < 64; i++) {
      ports.append("{port: []},");
    }
    OverlayService service = service("ports: [" + ports + "]");

    assertThat(service.getMetadata().getName()).isEqualTo("web");
    assertThat(service.getSpec()).isNotNull();
    assertThat(Validation.of(service)).isNotEmpty();
  }

  @Test
  void readsTheWholeListAroundOneObject() {
    String item =
        "{\"apiVersion\":\"weft.dev/v1alpha1\",\"kind\":\"OverlayService\",\"metadata\":"
            + "{\"name\":\"%s\",\"namespace\":\"default\"},\"spec\":{\"network\":\"blue\",%s}}";
    String list =
        "{\"apiVersion\":\"weft.dev/v1alpha1\",\"kind\":\"OverlayServiceList\",\"metadata\":{},"
            + "\"items\":[%s,%s,%s]}"
                .formatted(
                    item.formatted("a", "\"image\":\"x\""),
                    item.formatted(
                        "b", "\"template\":{\"spec\":{\"containers\":{\"name\":\"w\"}}}"),
                    item.formatted("c", "\"template\":" + "[".repeat(9_000) + "]".repeat(9_000)));
    DefaultKubernetesResourceList<OverlayService> read =
        json.unmarshal(
            new ByteArrayInputStream(list.getBytes(UTF_8)),
            new TypeReference<DefaultKubernetesResourceList<OverlayService>>() {});

    assertThat(read.getItems()).extracting("metadata.name").containsExactly("a", "b", "c");
    assertThat(read.getItems()).extracting(each -> Faults.of(each).size()).startsWith(0, 1);
    assertThat(Faults.of(read.getItems().getLast())).isNotEmpty();
  }

  @Test
  void readsAWatchThatReportsOne() {
    String event =
        "{\"type\":\"MODIFIED\",\"object\":{\"apiVersion\":\"weft.dev/v1alpha1\",\"kind\":"
            + "\"OverlayService\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":5000000000}}}";
    WatchEvent read = json.unmarshal(event, WatchEvent.class);

    assertThat(Faults.of((OverlayService) read.getObject())).hasSize(1);
  }

  @Test
  void readsForeignObjectsWithoutTheirStrangeParts() {
    PodList pods =
        json.unmarshal(
            "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":["
                + "{\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"fieldsV1\":{\"f:x\":{}}}],"
                + "\"annotations\":{\"weft.dev/networks\":\"blue\"}},\"spec\":{\"nodeName\":\"n\","
                + "\"terminationGracePeriodSeconds\":99999999999999999999,\"hostNetwork\":\"maybe\","
                + "\"containers\":[{\"resources\":{\"limits\":{\"cpu\":[]}}}]}},"
                + "{\"metadata\":{\"name\":\"b\"},\"spec\":[]}]}",
            PodList.class);
    LeaseList leases =
        json.unmarshal(
            "{\"kind\":\"LeaseList\",\"apiVersion\":\"coordination.k8s.io/v1\",\"metadata\":{},"
                + "\"items\":[{\"metadata\":{\"name\":\"a\"},\"spec\":{\"renewTime\":\"yesterday\","
                + "\"leaseDurationSeconds\":40}}]}",
            LeaseList.class);

    Pod first = pods.getItems().getFirst();
    assertThat(first.getSpec().getNodeName()).isEqualTo("n");
    assertThat(first.getMetadata().getAnnotations()).containsEntry("weft.dev/networks", "blue");
    assertThat(first.getMetadata().getManagedFields()).isEmpty();
    assertThat(Faults.of(first)).isEmpty();
    assertThat(pods.getItems()).extracting("metadata.name").containsExactly("a", "b");
    assertThat(leases.getItems().getFirst().getSpec().getLeaseDurationSeconds()).isEqualTo(40);
    assertThat(leases.getItems().getFirst().getSpec().getRenewTime()).isNull();
    assertThat(counted).contains("Pod", "Lease");
  }

  private OverlayService service(String spec) {
    return json.unmarshal(
        "{apiVersion: weft.dev/v1alpha1, kind: OverlayService, metadata: {name: web, namespace: default}, spec: {%s}}"
            .formatted(spec)
            .replace("{apiVersion", "---\napiVersion")
            .replace("v1alpha1, kind", "v1alpha1\nkind")
            .replace("OverlayService, metadata", "OverlayService\nmetadata")
            .replace("default}, spec", "default}\nspec")
            .replaceFirst("}$", ""),
        OverlayService.class);
  }
}
