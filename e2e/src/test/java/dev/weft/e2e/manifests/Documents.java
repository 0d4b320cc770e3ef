package dev.weft.e2e.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.regex.Pattern;

/** The objects of a text in YAML. */
final class Documents {
  private static final Pattern SEPARATOR = Pattern.compile("(?m)^---$");
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  private Documents() {}

  static List<JsonNode> of(String text) {
    return SEPARATOR
        .splitAsStream(text)
        .map(each -> YAML.unmarshal(each, JsonNode.class))
        .filter(each -> each != null && each.isObject())
        .toList();
  }

  /** The one of this kind and name. */
  static JsonNode find(List<JsonNode> documents, String kind, String name) {
    return documents.stream()
        .filter(each -> each.path("kind").asText().equals(kind))
        .filter(each -> each.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no %s %s".formatted(kind, name)));
  }
}
