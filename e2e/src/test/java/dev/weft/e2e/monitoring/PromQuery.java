package dev.weft.e2e.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A query of an alert or of the dashboard.
 *
 * @param where file and place of the query
 */
public record PromQuery(String where, String text) {
  static final Path FILES = Path.of("../manifests/monitoring");

  private static final Pattern SELECTOR = Pattern.compile("\\b([a-z]+_\\w+)(\\{[^}]*})?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");

  /**
   * A selector of a query.
   *
   * @param labels labels that it matches
   */
  public record Selector(String metric, Set<String> labels) {}

  /** All of them. */
  public static List<PromQuery> all() throws IOException {
    List<PromQuery> alerts =
        read("rules.yaml").findParents("expr").stream()
            .map(each -> new PromQuery(each.path("alert").asText(), each.path("expr").asText()))
            .toList();
    Stream<PromQuery> panels =
        read("dashboard.json")
            .path("panels")
            .valueStream()
            .flatMap(panel ->
                panel.findValuesAsText("expr").stream()
                    .map(expr -> new PromQuery(panel.path("title").asText(), expr)));
    return Stream.concat(alerts.stream(), panels).toList();
  }

  /** A file of the folder. */
  static JsonNode read(String file) throws IOException {
    return new KubernetesSerialization()
        .unmarshal(Files.readString(FILES.resolve(file)), JsonNode.class);
  }

  /** The series that it reads; functions have no underscore and are followed by a bracket. */
  public List<Selector> selectors() {
    String plain = text.replaceAll("\\b(by|on|without|ignoring)\\s*\\([^)]*\\)", "");
    return SELECTOR
        .matcher(plain)
        .results()
        .filter(each -> !plain.startsWith("(", each.end()))
        .map(each -> new Selector(each.group(1), labels(each)))
        .toList();
  }

  private static Set<String> labels(MatchResult selector) {
    String braces = selector.group(2);
    return braces == null
        ? Set.of()
        : LABEL
            .matcher(braces)
            .results()
            .map(each -> each.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
  }
}
