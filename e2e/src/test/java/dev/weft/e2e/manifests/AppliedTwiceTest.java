package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.testkit.control.ControlPlane;
import dev.weft.testkit.control.ControlPlanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real API server stores the installation unchanged, so applying it again changes nothing. */
@Tag("api-server")
class AppliedTwiceTest {
  private static final Path INSTALL = Path.of("..", "manifests", "install.yaml");
  private static final Pattern RESULT = Pattern.compile("(?m)^(\\S+/\\S+) (\\w+)");

  @Test
  void nothingChangesTheSecondTime(@TempDir Path folder) throws IOException {
    Kubectl found = Kubectl.orSkip();
    ControlPlane plane =
        ControlPlanes.start(System.getenv(), folder.resolve("control"), process -> {});
    try {
      assumeTrue(plane.isReal(), "needs a kube-apiserver: see KUBEBUILDER_ASSETS");
      Path kubeconfig = folder.resolve("kubeconfig");
      plane.kubeconfig().writeTo(kubeconfig);
      Kubectl kubectl = found.on(kubeconfig);
      String objects = served(kubectl);

      var first = apply(kubectl, objects);
      var second = apply(kubectl, objects);

      assertThat(second.keySet()).isEqualTo(first.keySet());
      assertThat(first).hasSizeGreaterThan(20).containsValue("created");
      // a server without CEL drops the rules of the definitions, which kubectl then sends again
      second.keySet().removeIf(each -> each.startsWith("customresourcedefinition"));
      assertThat(second.values()).containsOnly("unchanged");
      assertThat(kubectl.feed(objects, "diff", "-f", "-").orFail()).isEmpty();
    } finally {
      plane.close();
    }
  }

  /** Every object, except those of kinds that the API server does not have yet. */
  private static String served(Kubectl kubectl) throws IOException {
    String kinds = kubectl.run("api-resources", "--no-headers").orFail();
    List<String> objects = new ArrayList<>();
    for (JsonNode each : Documents.of(Files.readString(INSTALL))) {
      String kind = each.path("kind").asText();
      boolean isServed = Pattern.compile("(?m)\\s" + kind + "$").matcher(kinds).find();
      if (isServed) {
        objects.add(new ObjectMapper().writeValueAsString(each));
      } else {
        assertThat(kind).startsWith("ValidatingAdmissionPolicy");
      }
    }
    return "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [%s]}"
        .formatted(String.join(", ", objects));
  }

  private static Map<String, String> apply(Kubectl kubectl, String objects) {
    Matcher results =
        RESULT.matcher(kubectl.feed(objects, "apply", "--validate=false", "-f", "-").orFail());
    Map<String, String> found = new TreeMap<>();
    while (results.find()) {
      found.put(results.group(1), results.group(2));
    }
    return found;
  }
}
