package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.manifests.Builds;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A real API server with the generated definitions accepts all built objects in a dry run. It
 * refuses or drops a field that its schema lacks.
 */
@Tag("api-server")
@ExtendWith(InLab.class)
class BuildsOnApiServerTest {
  private final Lab lab;

  BuildsOnApiServerTest(Lab lab) {
    assumeTrue(lab.controlPlane().isReal(), "the embedded API server knows no schema");
    this.lab = lab;
  }

  static List<String> builds() throws IOException {
    return Builds.all();
  }

  @ParameterizedTest
  @MethodSource("builds")
  void takesEveryObjectThatItKnowsTheKindOf(String what, @TempDir Path scratch) throws IOException {
    List<JsonNode> known = Builds.of(what, scratch).stream().filter(this::isServed).toList();

    assertThat(known).extracting(each -> each.path("kind").asText()).contains(workload(what));
    for (JsonNode each : known) {
      JsonNode taken = tryOut(each);
      if (each.path("apiVersion").asText().startsWith("weft.dev/")) {
        assertThat(taken.path("spec")).isEqualTo(each.path("spec"));
      }
    }
  }

  private static String workload(String what) {
    return what.startsWith("examples") ? "ContainerNetwork" : "DaemonSet";
  }

  @Test
  void leavesOutOrRefusesAFieldThatTheSchemaDoesNotHave(@TempDir Path scratch) throws IOException {
    JsonNode network =
        Builds.of("examples/production", scratch).stream()
            .filter(each -> each.path("kind").asText().equals("ContainerNetwork"))
            .findFirst()
            .orElseThrow();
    ((ObjectNode) network.path("spec")).put("colour", "blue");

    try {
      assertThat(tryOut(network).path("spec")).isNotEqualTo(network.path("spec"));
    } catch (KubernetesClientException refused) {
      assertThat(refused).hasMessageContaining("colour");
    }
  }

  /** The object as the server would store it. */
  private JsonNode tryOut(JsonNode object) {
    KubernetesSerialization serialization = lab.client().getKubernetesSerialization();
    GenericKubernetesResource resource =
        serialization.convertValue(object, GenericKubernetesResource.class);
    return serialization.convertValue(
        lab.client()
            .resource(resource)
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("trial")
                    .withForce(true)
                    .withDryRun(List.of("All"))
                    .build()),
        JsonNode.class);
  }

  /**
   * The lab has already installed the definitions; an old server does not know all of their fields.
   */
  private boolean isServed(JsonNode object) {
    if (object.path("kind").asText().equals("CustomResourceDefinition")) {
      return false;
    }
    APIResourceList served = lab.client().getApiResources(object.path("apiVersion").asText());
    return served != null
        && served.getResources().stream()
            .anyMatch(each -> each.getKind().equals(object.path("kind").asText()));
  }
}
