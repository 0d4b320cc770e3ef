package dev.weft.api.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.OverlayService;
import dev.weft.api.reading.Faults;
import dev.weft.api.reading.Reading;
import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Weft reads and validates everything that a schema admits, and no object stops a program. */
class AdmittedPropertyTest {
  private static final KubernetesSerialization JSON =
      new KubernetesSerialization(new Reading(_ -> {}).mapper(), true);
  private static final Map<String, CustomResourceDefinition> SCHEMAS =
      CrdYaml.generate().values().stream()
          .map(each -> JSON.unmarshal(each, CustomResourceDefinition.class))
          .collect(Collectors.toMap(each -> each.getSpec().getNames().getKind(), each -> each));

  private static final Map<Class<? extends HasMetadata>, String> FOREIGN =
      Map.of(
          Pod.class,
          "{metadata: {name: a, namespace: n, uid: u, annotations: {weft.dev/networks: blue}},"
              + " spec: {nodeName: n, hostNetwork: false, containers: [{name: c, resources:"
              + " {limits: {cpu: 1}}, livenessProbe: {httpGet: {port: 80}}}]},"
              + " status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}}",
          Node.class,
          "{metadata: {name: a, labels: {a: b}}, spec: {podCIDR: x}, status: {capacity: {cpu: 1},"
              + " conditions: [{type: Ready, status: 'True'}]}}",
          Lease.class,
          "{metadata: {name: weft-agent-a}, spec: {leaseDurationSeconds: 40, renewTime:"
              + " '2026-01-01T00:00:00.000000Z', holderIdentity: a}}",
          EndpointSlice.class,
          "{metadata: {name: a}, addressType: IPv4, ports: [{name: p, port: 80}], endpoints:"
              + " [{addresses: [10.0.0.1], conditions: {ready: true}}]}",
          Service.class,
          "{metadata: {name: a}, spec: {clusterIP: None, ports: [{port: 80, targetPort: http}]}}",
          Deployment.class,
          "{metadata: {name: a}, spec: {replicas: 1, template: {spec: {containers: [{name: c}]}}},"
              + " status: {readyReplicas: 1}}",
          DaemonSet.class,
          "{metadata: {name: a}, spec: {template: {spec: {containers: [{name: c}]}}}, status:"
              + " {numberReady: 1}}");

  @Property(tries = 400)
  void whatTheSchemaAdmitsIsReadAndValidated(@ForAll long seed) {
    readAndJudge(new Admitted(new Random(seed), true), false);
  }

  @Property(tries = 400)
  void whatAnEarlierSchemaAdmittedIsReadAndValidated(@ForAll long seed) {
    readAndJudge(new Admitted(new Random(seed), false), false);
  }

  @Property(tries = 400)
  void whatNoSchemaAdmitsIsReadAndValidated(@ForAll long seed) {
    readAndJudge(new Admitted(new Random(seed), false), true);
  }

  @Property(tries = 400)
  void whatOthersStoreIsRead(@ForAll long seed) {
    Admitted admitted = new Admitted(new Random(seed), false);
    FOREIGN.forEach((kind, yaml) -> {
      JsonNode object = JSON.unmarshal("---\nx: " + yaml, JsonNode.class).get("x");
      admitted.distort(object);
      HasMetadata read = JSON.unmarshal(object.toString(), kind);
      assertThat(read.getMetadata().getName()).isNotBlank();
    });
  }

  private static void readAndJudge(Admitted admitted, boolean distorted) {
    for (Class<? extends CustomResource<?, ?>> kind : CrdYaml.KINDS) {
      JsonNode object = admitted.object(SCHEMAS.get(kind.getSimpleName()));
      if (distorted) {
        admitted.distort(object);
      }
      CustomResource<?, ?> read = JSON.unmarshal(object.toString(), kind);
      assertThat(read.getMetadata().getName())
          .isEqualTo(object.path("metadata").path("name").asText());
      assertThat(read.getSpec()).isNotNull();
      CustomResource<?, ?> copy = JSON.clone(read);
      assertThat(Faults.of(copy)).isEqualTo(Faults.of(read));
      judge(copy);
    }
  }

  private static void judge(CustomResource<?, ?> object) {
    List<?> problems =
        switch (object) {
          case ContainerNetwork it -> {
            assertThat(Validation.drifted(it)).isNotNull();
            assertThat(Validation.change(it, it)).isNotNull();
            yield Validation.of(it);
          }
          case Mesh it -> Validation.of(it);
          case OverlayService it -> Validation.of(it);
          case HostNetwork it -> Validation.of(it);
          default -> Faults.of(object);
        };
    assertThat(problems).hasSizeGreaterThanOrEqualTo(Faults.of(object).size());
  }
}
