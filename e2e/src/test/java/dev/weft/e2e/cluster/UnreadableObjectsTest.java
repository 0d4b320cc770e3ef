package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Root;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An object that Weft cannot read affects no other object. */
@Tag("api-server")
class UnreadableObjectsTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  /** An unreadable object that the present schema admits. */
  private static final String POISON =
      """
      apiVersion: weft.dev/v1alpha1
      kind: OverlayService
      metadata: {name: poison, namespace: default}
      spec:
        network: blue
        template:
          spec:
            containers: {name: web, image: nginx}
      """;

  private static final String MESH =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Mesh
      metadata: {name: default}
      spec: {vnis: {first: 99999999999}, addressPools: {cidr: 10.0.0.0/8}}
      """;

  /** An unreadable object that a schema without bounds and types admitted. */
  private static final List<String> OLD =
      List.of(
          """
          apiVersion: weft.dev/v1alpha1
          kind: OverlayService
          metadata: {name: late, namespace: default}
          spec: {network: blue, image: nginx, update: {delaySeconds: 2592000000}}
          """,
          """
          apiVersion: weft.dev/v1alpha1
          kind: ContainerNetwork
          metadata: {name: numb}
          spec: {driver: bridge, mtu: 5000000000, subnets: [{cidr: 10.91.0.0/24}]}
          """,
          MESH,
          """
          apiVersion: weft.dev/v1alpha1
          kind: HostNetwork
          metadata: {name: numb.nowhere}
          spec: {driver: bridge, network: numb, node: nowhere, mtu: 5000000000, networkGeneration: 1.0e30}
          """,
          """
          apiVersion: weft.dev/v1alpha1
          kind: MeshNode
          metadata: {name: nowhere}
          spec: {mtu: 5000000000, vtep: [], keys: [{epoch: 1.0e30, generation: x, publicKey: 5}], routes: {a: b}}
          """,
          """
          apiVersion: weft.dev/v1alpha1
          kind: NetworkEndpoint
          metadata: {name: blue.10.91.0.9}
          spec:
            network: blue
            address: 10.91.0.9/24
            service: {namespace: default, name: gone, ports: [{port: 5000000000}]}
            sandbox: [x]
          """);

  @Test
  void stopNoOthersAndReportWhatToChange() {
    assumeTrue(Root.is(), Root.REASON);
    try (Lab lab = InLab.start(1)) {
      assumeTrue(lab.controlPlane().isReal(), "the embedded API server knows no schema");
      Made made = new Made(lab);
      Cluster cluster = new Cluster(lab.client());
      made.network("before", network("10.92.0.0/24"));
      InLab.awaitReady(cluster, "before");

      create(lab, POISON);
      await("the operator says what is wrong with a pod template")
          .atMost(InLab.PATIENCE)
          .untilAsserted(
              () -> assertThat(stalled(lab, POISON)).contains("spec.template.spec.containers"));
      storeUnderALooserSchema(lab);
      awaitComplaint(lab, MESH, "spec.vnis.first");
      // while it exists, new networks wait for a valid mesh
      lab.client().resource(object(MESH)).delete();
      awaitComplaints(lab);
      made.network("beside", network("10.93.0.0/24"));
      InLab.awaitReady(cluster, "beside");

      lab.operator().kill();
      lab.operator().restart();
      lab.nodes().getFirst().agent().kill();
      lab.nodes().getFirst().agent().restart();
      made.network("after", network("10.94.0.0/24"));
      InLab.awaitReady(cluster, "after");
      awaitComplaints(lab);

      correct(lab);
      await("the operator takes the corrected service up")
          .atMost(InLab.PATIENCE)
          .untilAsserted(
              () -> assertThat(stalled(lab, POISON)).doesNotContain("containers").isNotEmpty());
      assertThat(lab.operator().isAlive()).isTrue();
      assertThat(lab.nodes().getFirst().agent().isAlive()).isTrue();
      assertThat(cluster.isReady("before")).isTrue();
    }
  }

  /** Of the node that is there. */
  private static String network(String block) {
    return "driver: bridge\nnodeSelector: {kubernetes.io/hostname: weft-1}\nsubnets: [{cidr: %s}]"
        .formatted(block);
  }

  private static void awaitComplaints(Lab lab) {
    awaitComplaint(lab, OLD.get(0), "spec.update.delaySeconds");
    awaitComplaint(lab, OLD.get(1), "spec.mtu");
  }

  private static void awaitComplaint(Lab lab, String yaml, String path) {
    await("an object says what is wrong with " + path)
        .atMost(InLab.PATIENCE)
        .untilAsserted(() -> assertThat(stalled(lab, yaml)).contains(path));
  }

  private static void storeUnderALooserSchema(Lab lab) {
    var definitions = lab.client().apiextensions().v1().customResourceDefinitions();
    List<CustomResourceDefinition> strict =
        definitions.list().getItems().stream()
            .filter(each -> each.getSpec().getGroup().equals("weft.dev"))
            .toList();
    strict.forEach(each -> schema(lab, each, anything()));
    OLD.forEach(yaml ->
        await("the API server takes " + yaml)
            .atMost(InLab.PATIENCE)
            .ignoreException(KubernetesClientException.class)
            .until(() -> {
              create(lab, yaml);
              return true;
            }));
    strict.forEach(each ->
        schema(
            lab, each, each.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema()));
  }

  private static JSONSchemaProps anything() {
    JSONSchemaProps any =
        new JSONSchemaPropsBuilder()
            .withType("object")
            .withXKubernetesPreserveUnknownFields(true)
            .build();
    return new JSONSchemaPropsBuilder()
        .withType("object")
        .addToProperties("spec", any)
        .addToProperties("status", any)
        .build();
  }

  private static void schema(Lab lab, CustomResourceDefinition definition, JSONSchemaProps schema) {
    lab.client()
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName(definition.getMetadata().getName())
        .edit(each -> {
          each.getSpec().getVersions().getFirst().getSchema().setOpenAPIV3Schema(schema);
          return each;
        });
  }

  private static void create(Lab lab, String yaml) {
    lab.client().resource(object(yaml)).createOr(each -> each.update());
  }

  private static void correct(Lab lab) {
    GenericKubernetesResource right =
        object(
            POISON.replace(
                "containers: {name: web, image: nginx}",
                "containers: [{name: web, image: nginx}]"));
    lab.client().resource(right).createOr(each -> each.patch());
  }

  private static String stalled(Lab lab, String yaml) {
    GenericKubernetesResource stored = lab.client().resource(object(yaml)).get();
    JsonNode status = YAML.convertValue(stored, JsonNode.class).path("status");
    for (JsonNode each : status.path("conditions")) {
      if (each.path("type").asText().equals("Stalled")
          && each.path("status").asText().equals("True")) {
        return each.path("message").asText();
      }
    }
    return "";
  }

  private static GenericKubernetesResource object(String yaml) {
    return new GenericKubernetesResourceBuilder(
            YAML.unmarshal(yaml, GenericKubernetesResource.class))
        .build();
  }
}
