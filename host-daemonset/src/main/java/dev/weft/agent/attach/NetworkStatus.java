package dev.weft.agent.attach;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.attach.claim.Probe;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The annotation that lists a pod's interfaces for readers of Multus, as JSON. Entries of other
 * writers stay unchanged (Network Plumbing Working Group, Kubernetes Network Custom Resource
 * Definition De-facto Standard, version 1.3, 5.3.5): {@code default} is true for the cluster's
 * default network only.
 */
final class NetworkStatus {
  static final String ANNOTATION = "k8s.v1.cni.cncf.io/network-status";

  /** Namespaces have no dot in their names, so no other network's name starts with this. */
  private static final String PREFIX = "weft.dev/";

  /**
   * Name of the cluster's default network where no other writer names it. It has no namespace, as
   * the standard requires of that network.
   */
  private static final String CLUSTER_DEFAULT = "cluster-default";

  private static final ObjectMapper JSON = new ObjectMapper();

  private NetworkStatus() {}

  /**
   * One interface.
   *
   * @param name namespace and name of the network
   * @param ips without prefix lengths
   * @param mtu in bytes; 0: unknown
   * @param gateways of the network; empty: it has none
   */
  record Entry(
      String name,
      String interfaceName,
      List<String> ips,
      String mac,
      int mtu,
      List<String> gateways) {
    Entry {
      ips = List.copyOf(ips);
      gateways = List.copyOf(gateways);
    }
  }

  /** Name of a network that no definition of Multus stands for. */
  static String nameOf(String network) {
    return PREFIX + network;
  }

  /** The interface on the cluster's default network. */
  static Entry ofCluster(Probe.Device device) {
    return new Entry(
        CLUSTER_DEFAULT, device.name(), device.ips(), device.mac(), device.mtu(), List.of());
  }

  /**
   * The annotation with our entries replaced by these.
   *
   * @param old the current annotation; null if there is none
   * @param cluster interface on the cluster's default network, added unless others list it
   * @return empty if nothing changes, or if {@code old} is not a list and so not ours
   */
  static Optional<String> merge(@Nullable String old, List<Entry> ours, Optional<Entry> cluster) {
    JsonNode before = read(old);
    if (!(before instanceof ArrayNode list)) {
      return Optional.empty();
    }
    ArrayNode merged = JsonNodeFactory.instance.arrayNode();
    Set<String> interfaces = ours.stream().map(Entry::interfaceName).collect(Collectors.toSet());
    boolean known = false;
    for (JsonNode each : list) {
      String name = each.path("name").asText("");
      String link = each.path("interface").asText("");
      if (!name.startsWith(PREFIX) && !name.equals(CLUSTER_DEFAULT) && !interfaces.contains(link)) {
        merged.add(each);
        known |=
            each.path("default").asBoolean()
                || cluster.filter(it -> it.interfaceName.equals(link)).isPresent();
      }
    }
    if (!known && !ours.isEmpty()) {
      cluster.ifPresent(each -> merged.add(node(each, true)));
    }
    ours.forEach(each -> merged.add(node(each, false)));
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

  private static ObjectNode node(Entry entry, boolean isDefault) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", entry.name);
    node.put("interface", entry.interfaceName);
    ArrayNode ips = node.putArray("ips");
    entry.ips.forEach(ips::add);
    node.put("mac", entry.mac);
    if (entry.mtu > 0) {
      node.put("mtu", entry.mtu);
    }
    node.put("default", isDefault);
    if (!entry.gateways.isEmpty()) {
      ArrayNode gateways = node.putArray("gateway");
      entry.gateways.forEach(gateways::add);
    }
    node.putObject("dns");
    return node;
  }
}
