package dev.weft.agent.desired;

import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.Attachment;
import dev.weft.api.Attachments;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.InvalidAttachments;
import dev.weft.api.MultusSelection;
import dev.weft.api.MultusSelections;
import dev.weft.api.MultusSelections.Mapped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What sandboxes ask for, by Weft's annotation or else by Multus's. Of the latter only those
 * selections count whose definition a network stands for; the rest is Multus's.
 */
public final class RequestedNetworks {
  private final ClusterCaches cluster;

  public RequestedNetworks(ClusterCaches cluster) {
    this.cluster = cluster;
  }

  /**
   * The attachments of a sandbox.
   *
   * @throws InvalidAttachments if the annotation cannot be read, or two networks stand for one
   *     definition
   */
  public List<Attachment> of(Sandbox sandbox) throws InvalidAttachments {
    return isByMultus(sandbox)
        ? MultusSelections.attachments(mapped(sandbox), this::gateways)
        : Attachments.parse(sandbox.networks());
  }

  /** Definitions of Multus by which a sandbox asks for its interfaces, by interface name. */
  public Map<String, String> definitions(Sandbox sandbox) {
    Map<String, String> definitions = new HashMap<>();
    try {
      for (Mapped each : isByMultus(sandbox) ? mapped(sandbox) : List.<Mapped>of()) {
        definitions.put(each.selection().interfaceName(), each.selection().definition());
      }
    } catch (InvalidAttachments e) {
      return Map.of();
    }
    return definitions;
  }

  /** Networks that stand for any definition by which a sandbox asks Multus. */
  public Set<String> standing(Sandbox sandbox) {
    String namespace = sandbox.namespace();
    return namespace == null || !isByMultus(sandbox) || !cluster.standsForAny()
        ? Set.of()
        : MultusSelections.read(sandbox.multus(), namespace).stream()
            .flatMap(each -> cluster.standingFor(each.definition()).stream())
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether a sandbox asks by Multus's annotation. */
  public static boolean isByMultus(Sandbox sandbox) {
    return sandbox.networks().isBlank() && !sandbox.multus().isBlank();
  }

  private List<Mapped> mapped(Sandbox sandbox) throws InvalidAttachments {
    String namespace = sandbox.namespace();
    if (namespace == null || !cluster.standsForAny()) {
      return List.of();
    }
    List<MultusSelection> selections = MultusSelections.read(sandbox.multus(), namespace);
    return MultusSelections.mapped(selections, cluster::standingFor);
  }

  /** Gateways of a network. */
  public Set<String> gateways(String network) {
    return cluster.networks().get(network).stream()
        .flatMap(each -> subnets(each.getStatus()))
        .flatMap(each -> Optional.ofNullable(each.gateway()).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Stream<EffectiveSubnet> subnets(@Nullable ContainerNetworkStatus status) {
    return status == null || status.subnets() == null ? Stream.of() : status.subnets().stream();
  }
}
