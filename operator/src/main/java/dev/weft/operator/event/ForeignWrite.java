package dev.weft.operator.event;

import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.Optional;

/**
 * Detects objects that another node's agent must have written, because they contradict the
 * scheduler or the kubelets. An object does not record its writer, so a plausible object passes.
 * The admission policy, where it is installed, rejects such objects before they are stored.
 */
public final class ForeignWrite {
  private ForeignWrite() {}

  /**
   * Contradiction between an endpoint and the node of {@code pod}. A pod never changes its node.
   */
  public static Optional<String> of(NetworkEndpoint endpoint, Pod pod) {
    String says = endpoint.getSpec().node();
    String is = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    return says == null || is == null || says.equals(is)
        ? Optional.empty()
        : Optional.of(
            "NetworkEndpoint %s says node %s, but its pod %s/%s is on %s"
                .formatted(
                    endpoint.getMetadata().getName(),
                    says,
                    pod.getMetadata().getNamespace(),
                    pod.getMetadata().getName(),
                    is));
  }

  /** Contradiction in a MeshNode: its VTEP address belongs to another Node. */
  public static Optional<String> of(MeshNode meshNode, Collection<Node> nodes) {
    String name = meshNode.getMetadata().getName();
    String vtep = meshNode.getSpec() == null ? null : meshNode.getSpec().vtep();
    if (vtep == null || nodes.stream().anyMatch(each -> isNamed(each, name) && has(each, vtep))) {
      return Optional.empty();
    }
    return nodes.stream()
        .filter(each -> !isNamed(each, name) && has(each, vtep))
        .findFirst()
        .map(owner ->
            "MeshNode %s says that its tunnels start at %s, the address of node %s"
                .formatted(name, vtep, owner.getMetadata().getName()));
  }

  private static boolean isNamed(Node node, String name) {
    return node.getMetadata().getName().equals(name);
  }

  private static boolean has(Node node, String address) {
    return node.getStatus() != null
        && node.getStatus().getAddresses().stream()
            .filter(each -> each.getType() != null && each.getType().endsWith("IP"))
            .anyMatch(each -> address.equals(each.getAddress()));
  }
}
