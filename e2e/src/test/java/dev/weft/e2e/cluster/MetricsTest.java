package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.Metrics;
import dev.weft.e2e.monitoring.PromQuery;
import dev.weft.e2e.monitoring.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Metrics of the operator and the agents, read as Prometheus reads them. */
@Tag("api-server")
@ExtendWith(InLab.class)
class MetricsTest {
  private static final Path PAGE = Path.of("../docs/reference/observability.md");

  private final Lab lab;

  MetricsTest(Lab lab) {
    this.lab = lab;
  }

  @Test
  void everySeriesThatAnAlertOrTheDashboardReadsIsThere() throws IOException {
    Set<String> series =
        endpoints().flatMap(each -> each.values().keySet().stream()).collect(Collectors.toSet());

    for (PromQuery query : PromQuery.all()) {
      assertThat(query.selectors()).as(query.where()).isNotEmpty();
      for (PromQuery.Selector selector : query.selectors()) {
        assertThat(series)
            .as("%s: %s", query.where(), query.text())
            .anyMatch(each ->
                each.replaceFirst("[{].*", "").equals(selector.metric())
                    && selector.labels().stream()
                        .allMatch(label -> each.matches(".*[{,]" + label + "=\".*")));
      }
    }
  }

  @Test
  void everySeriesIsDescribedAndNamedAsPrometheusAsksFor() throws Exception {
    String page = Files.readString(PAGE);
    for (Metrics endpoint : endpoints().toList()) {
      Set<String> ours = new TreeSet<>();
      endpoint.values().keySet().stream()
          .filter(each -> each.startsWith("weft_"))
          .map(each -> each.replaceFirst("[{].*", "").replaceFirst("_(bucket|sum|count|max)$", ""))
          .forEach(ours::add);
      assertThat(ours).isNotEmpty().allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }
    for (Metrics endpoint : endpoints().toList()) {
      String ours =
          endpoint
              .text()
              .lines()
              .filter(line -> line.matches("(# (HELP|TYPE) )?weft_.*"))
              .collect(Collectors.joining("\n", "", "\n"));
      Promtool.orSkip().accepts(ours, "check", "metrics");
    }
  }

  @Test
  void addressesPeersAndReadinessAreCounted() {
    await()
        .atMost(InLab.PATIENCE)
        .untilAsserted(() -> {
          assertThat(lab.operatorMetrics().values())
              .containsEntry("weft_network_ready{network=\"blue\",reason=\"AllNodesReady\"}", 1.0)
              .containsEntry("weft_network_nodes_ready{network=\"blue\"}", 3.0)
              .containsEntry("weft_network_addresses_used{network=\"blue\"}", 3.0)
              .containsEntry("weft_network_addresses_free{network=\"blue\"}", 251.0);
          assertThat(Metrics.of(lab.node("weft-1")).values())
              .containsEntry("weft_agent_mesh_peers", 2.0)
              .containsEntry("weft_agent_mesh_peers_reachable", 2.0)
              .containsEntry("weft_agent_mesh_peers_narrow", 0.0);
        });
  }

  private Stream<Metrics> endpoints() {
    return Stream.concat(Stream.of(lab.operatorMetrics()), lab.nodes().stream().map(Metrics::of));
  }
}
