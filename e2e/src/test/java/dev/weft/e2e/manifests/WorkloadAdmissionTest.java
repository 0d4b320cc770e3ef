package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who annotates a Deployment instead of its pods is told so, and not refused. */
class WorkloadAdmissionTest {
  private static final String NAME = "weft-annotation-on-template";

  private static List<JsonNode> shipped() throws IOException {
    return Documents.of(Files.readString(Path.of("../manifests/install.yaml")));
  }

  private static List<String> said(String own, String templates) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode request = json.createObjectNode();
    request.set(
        "object",
        json.readTree(
            """
            {"metadata": {"name": "web"%s}, "spec": {"template": {%s}}}
            """
                .formatted(own, templates)));
    return new AdmissionPolicy(Documents.find(shipped(), "ValidatingAdmissionPolicy", NAME))
        .refusals(request);
  }

  private static String annotated(String key) {
    return "\"annotations\": {\"%s\": \"blue\"}".formatted(key);
  }

  @Test
  void theAnnotationOnADeploymentIsSaidToAttachNoPod() throws IOException {
    String own = ", " + annotated("weft.dev/networks");

    assertThat(said(own, "\"metadata\": {%s}".formatted(annotated("other"))))
        .containsExactly(
            "weft.dev/networks on web attaches no pod; write it in"
                + " spec.template.metadata.annotations");
    assertThat(said(own, "\"metadata\": {}")).hasSize(1);
    assertThat(said(own, "")).hasSize(1);
  }

  @Test
  void theAnnotationOnPodsIsAsItShouldBe() throws IOException {
    String pods = "\"metadata\": {%s}".formatted(annotated("weft.dev/networks"));

    assertThat(said("", pods)).isEmpty();
    assertThat(said(", " + annotated("weft.dev/networks"), pods)).isEmpty();
    assertThat(said(", " + annotated("other"), "")).isEmpty();
  }

  @Test
  void itOnlyWarnsAndNoFaultOfItsStopsAWrite() throws IOException {
    JsonNode binding = Documents.find(shipped(), "ValidatingAdmissionPolicyBinding", NAME);
    JsonNode policy = Documents.find(shipped(), "ValidatingAdmissionPolicy", NAME);

    assertThat(binding.at("/spec/validationActions")).hasToString("[\"Warn\"]");
    assertThat(policy.at("/spec/failurePolicy").asText()).isEqualTo("Ignore");
  }
}
