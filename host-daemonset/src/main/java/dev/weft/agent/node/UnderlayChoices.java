package dev.weft.agent.node;

import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.api.IpFamily;
import dev.weft.api.Mesh;
import dev.weft.api.Underlay;
import dev.weft.netlink.IpPrefix;
import io.fabric8.kubernetes.api.model.Node;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Reads from the mesh's settings how to choose the node's underlay. */
final class UnderlayChoices {
  private UnderlayChoices() {}

  /**
   * The choice.
   *
   * @param node the Node object of this node, if there is one
   * @param apiServer address of the API server, if it is known
   * @throws IllegalArgumentException if a CIDR block of the mesh is malformed
   */
  static UnderlayChoice of(
      Optional<Mesh> mesh, Optional<Node> node, Optional<InetAddress> apiServer) {
    Optional<Underlay> underlay =
        mesh.map(Mesh::getSpec).flatMap(spec -> Optional.ofNullable(spec.underlay()));
    List<String> cidrs =
        underlay.flatMap(each -> Optional.ofNullable(each.cidrs())).orElse(List.of());
    return new UnderlayChoice(
        cidrs.stream().map(IpPrefix::parse).toList(),
        underlay.flatMap(each -> Optional.ofNullable(each.interfaceName())),
        underlay.flatMap(each -> IpFamily.of(each.family())),
        internalAddresses(node),
        apiServer);
  }

  /** InternalIPs of a Node; malformed ones count as absent. */
  static List<InetAddress> internalAddresses(Optional<Node> node) {
    return node.map(Node::getStatus).stream()
        .flatMap(status -> status.getAddresses().stream())
        .filter(each -> "InternalIP".equals(each.getType()))
        .flatMap(each -> address(each.getAddress()).stream())
        .toList();
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(IpPrefix.parseAddress(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
