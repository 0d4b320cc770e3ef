package dev.weft.agent.attach;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The annotation that lists a pod's interfaces for readers of Multus, as JSON. Entries of other
 * writers stay unchanged (Network Plumbing Working Group, Kubernetes Network Custom Resource
 * Definition De-facto Standard, version 1.3, 7.1).
 */
final class NetworkStatus {
  static final String ANNOTATION = "k8s.v1.cni.cncf.io/network-status";

  /** Namespaces have no dot in their names, so no other network's name starts with this. */
  private static final String PREFIX = "weft.dev/";

  private static final ObjectMapper JSON = new ObjectMapper();

  private NetworkStatus() {}

  /**
   * One interface.
   *
   * @param ips without prefix lengths
   * @param wayOut whether it carries the default route
   */
  record Entry(String network, String interfaceName, List<String> ips, String mac, boolean wayOut) {
    Entry {
      ips = List.copyOf(ips);
    }
  }

  /**
   * The annotation with our entries replaced by these.
   *
   * @param old the current annotation; null if there is none
   * @return empty if nothing changes, or if {@code old} is not a list and so not ours
   */
  static Optional<String> merge(@Nullable String old, List<Entry> ours) {
    JsonNode before = read(old);
    if (!(before instanceof ArrayNode list)) {
      return Optional.empty();
    }
    ArrayNode merged = JsonNodeFactory.instance.arrayNode();
    for (JsonNode each : list) {
      if (!each.path("name").asText("").startsWith(PREFIX)) {
        merged.add(each);
      }
    }
    ours.forEach(each -> merged.add(node(each)));
    return merged.equals(list) ? Optional.empty() : Optional.of(merged.toString());
  }

  private static @Nullable JsonNode read(@Nullable String text) {
    try {
      return text == null || text.isBlank()
          ? JsonNodeFactory.instance.arrayNode()
          : JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static ObjectNode node(Entry entry) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", PREFIX + entry.network);
    node.put("interface", entry.interfaceName);
    ArrayNode ips = node.putArray("ips");
    entry.ips.forEach(ips::add);
    node.put("mac", entry.mac);
    node.put("default", entry.wayOut);
    node.putObject("dns");
    return node;
  }
}
