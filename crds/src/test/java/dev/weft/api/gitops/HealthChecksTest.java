package dev.weft.api.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The health that Argo CD and Flux derive from an object with the shipped files. */
class HealthChecksTest {
  private static final Path ARGOCD = Path.of("../manifests/argocd");
  private static final Path FLUX = Path.of("../manifests/flux/health-checks.yaml");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String KEY = "resource.customizations.health.weft.dev_";

  private static final CelCompiler COMPILER =
      CelCompilerFactory.standardCelCompilerBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("metadata", SimpleType.DYN)
          .addVar("spec", SimpleType.DYN)
          .addVar("status", SimpleType.DYN)
          .build();
  private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder().build();

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("no status", "", "Progressing", "InProgress"),
        Arguments.of("a status that says nothing", "status: {}", "Progressing", "InProgress"),
        Arguments.of(
            "a generation that is behind",
            status(1, "Ready True AllNodesReady"),
            "Progressing",
            "InProgress"),
        Arguments.of(
            "work under way",
            status(2, "Ready Unknown NodesInProgress", "Reconciling True NodesInProgress"),
            "Progressing",
            "InProgress"),
        Arguments.of(
            "a node that fails",
            status(2, "Ready False NodesNotReady", "Reconciling True NodesNotReady"),
            "Progressing",
            "InProgress"),
        Arguments.of(
            "what the user must mend",
            status(2, "Ready False SubnetConflict", "Stalled True SubnetConflict"),
            "Degraded",
            "Failed"),
        Arguments.of(
            "ready",
            status(2, "Ready True AllNodesReady", "Reconciling False Done", "Stalled False X"),
            "Healthy",
            "Current"),
        Arguments.of(
            "ready with less than was asked for",
            status(2, "Ready True AllNodesReady", "Degraded True RouteConflict"),
            "Healthy",
            "Current"),
        Arguments.of(
            "no matching node",
            status(2, "Ready False NoMatchingNode", "Stalled True NoMatchingNode"),
            "Suspended",
            "Current"),
        Arguments.of(
            "a dry run",
            status(2, "Ready False Planned", "Stalled False X"),
            "Suspended",
            "Current"),
        Arguments.of(
            "conditions without Ready", status(2, "Drifted True X"), "Progressing", "InProgress"));
  }

  @ParameterizedTest(name = "{0} is {2}")
  @MethodSource("cases")
  void argoCdReportsTheHealth(String name, String status, String health, String flux)
      throws Exception {
    Optional<Lua> lua = Lua.find();
    assumeTrue(lua.isPresent(), "there is no Lua here (Debian: package lua5.1)");

    assertThat(lua.get().health(ARGOCD.resolve("health.lua"), object(status)).getFirst())
        .isEqualTo(health);
  }

  @ParameterizedTest(name = "{0} is {3}")
  @MethodSource("cases")
  void fluxReportsTheHealth(String name, String status, String argo, String health)
      throws Exception {
    for (JsonNode checks : YAML.readTree(FLUX.toFile()).get("healthCheckExprs")) {
      assertThat(flux(checks, object(status))).as(checks.get("kind").textValue()).isEqualTo(health);
    }
  }

  @Test
  void argoCdsConfigMapCarriesTheScriptForEveryKind() throws IOException {
    String script = Files.readString(ARGOCD.resolve("health.lua"));
    JsonNode data = YAML.readTree(ARGOCD.resolve("argocd-cm.yaml").toFile()).get("data");

    assertThat(data.properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            KEY + "ContainerNetwork",
            KEY + "OverlayService",
            KEY + "Mesh",
            KEY + "HostNetwork",
            KEY + "MeshNode",
            KEY + "NetworkEndpoint");
    assertThat(data.properties())
        .allSatisfy(each -> assertThat(each.getValue().textValue()).isEqualTo(script));
  }

  /** Evaluates in Flux's order; an expression that cannot be evaluated means in progress. */
  private static String flux(JsonNode checks, JsonNode object) throws CelValidationException {
    Map<?, ?> fields = YAML.convertValue(object, Map.class);
    JsonNode observed = object.path("status").path("observedGeneration");
    if (!observed.isMissingNode()
        && observed.longValue() != object.path("metadata").path("generation").longValue()) {
      return "InProgress";
    }
    try {
      if (holds(checks.get("inProgress").textValue(), fields)) {
        return "InProgress";
      }
      if (holds(checks.get("failed").textValue(), fields)) {
        return "Failed";
      }
      return holds(checks.get("current").textValue(), fields) ? "Current" : "InProgress";
    } catch (CelEvaluationException e) {
      return "InProgress";
    }
  }

  @SuppressWarnings("unchecked")
  private static boolean holds(String expression, Map<?, ?> fields)
      throws CelValidationException, CelEvaluationException {
    return Boolean.TRUE.equals(
        RUNTIME
            .createProgram(COMPILER.compile(expression).getAst())
            .eval((Map<String, Object>) fields));
  }

  private static String status(long observedGeneration, String... conditions) {
    StringBuilder yaml =
        new StringBuilder(
            "status:\n  observedGeneration: %d\n  conditions:\n".formatted(observedGeneration));
    for (String each : conditions) {
      String[] words = each.split(" ", -1);
      yaml.append(
          "  - {type: %s, status: '%s', reason: %s, message: 'why it is \"so\"'}\n"
              .formatted(words[0], words[1], words[2]));
    }
    return yaml.toString();
  }

  private static JsonNode object(String status) throws IOException {
    return YAML.readTree("metadata:\n  name: blue\n  generation: 2\n" + status);
  }
}
