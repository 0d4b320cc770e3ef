package dev.weft.e2e.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitoringFilesTest {
  private static final Path RUNBOOK = Path.of("../docs/guide/runbook.md");
  private static final Path OPERATOR_RULE =
      Path.of("../kustomize/components/prometheus-operator/rule.yaml");

  @Test
  void prometheusTakesTheAlertsAndTheyFireAsTheirTestsSay() throws Exception {
    Promtool promtool = Promtool.orSkip();

    promtool.accepts("", "check", "rules", PromQuery.FILES.resolve("rules.yaml").toString());
    promtool.accepts("", "test", "rules", PromQuery.FILES.resolve("rules-test.yaml").toString());
  }

  @Test
  void prometheusUnderstandsEveryQueryOfTheDashboard(@TempDir Path folder) throws Exception {
    List<PromQuery> queries = PromQuery.all();
    List<Map<String, String>> rules =
        IntStream.range(0, queries.size())
            .mapToObj(at -> Map.of("record", "query:" + at, "expr", queries.get(at).text()))
            .toList();
    Path file = folder.resolve("queries.yaml");
    Files.writeString(
        file,
        new KubernetesSerialization()
            .asYaml(Map.of("groups", List.of(Map.of("name", "queries", "rules", rules)))));

    Promtool.orSkip().accepts("", "check", "rules", file.toString());
  }

  @Test
  void everyAlertHasItsTestAndItsLineInTheRunbook() throws IOException {
    String runbook = Files.readString(RUNBOOK);
    List<String> tried = PromQuery.read("rules-test.yaml").findValuesAsText("alertname");

    for (JsonNode rule : PromQuery.read("rules.yaml").findParents("alert")) {
      String name = rule.path("alert").asText();
      assertThat(runbook).contains("## " + name + "\n");
      assertThat(rule.at("/annotations/runbook").asText())
          .isEqualTo("docs/guide/runbook.md#" + name.toLowerCase(Locale.ROOT));
      assertThat(tried).contains(name);
    }
  }

  @Test
  void thePrometheusOperatorGetsTheSameAlerts() throws IOException {
    JsonNode rule =
        new KubernetesSerialization().unmarshal(Files.readString(OPERATOR_RULE), JsonNode.class);

    assertThat(rule.path("spec")).isEqualTo(PromQuery.read("rules.yaml"));
  }
}
