package dev.weft.operator.node;

import dev.weft.api.MeshNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * State of one node, from its objects in the cluster.
 *
 * @param node its Node; null: there is none
 * @param meshNode its MeshNode; null: no agent has published it
 * @param conflict reason why other nodes ignore its tunnels; empty: they do not
 */
public record NodeFacts(
    String name,
    @Nullable Node node,
    @Nullable MeshNode meshNode,
    NodeAgent agent,
    Optional<String> conflict) {
  /** A node without a conflict. */
  public NodeFacts(String name, @Nullable Node node, @Nullable MeshNode meshNode, NodeAgent agent) {
    this(name, node, meshNode, agent, Optional.empty());
  }

  /**
   * Whether nothing is left of the node, so that its resources are free. A node with a live agent
   * still exists, although its objects may just be recreated.
   */
  public boolean isGone() {
    return node == null && meshNode == null && !agent.isAlive();
  }

  public boolean isInMesh() {
    return meshNode != null;
  }

  /** Whether the node has all labels of {@code selector}; true if it is absent. */
  public boolean matches(@Nullable Map<String, String> selector) {
    return selector == null || labels().entrySet().containsAll(selector.entrySet());
  }

  /** Reason why the node's reports may be outdated; empty if it is alive. */
  public Optional<String> downBecause() {
    if (isGone()) {
      return Optional.of("the node is gone");
    }
    if (node != null && !isReady(node)) {
      return Optional.of("the node is not ready");
    }
    return agent.isAlive()
        ? Optional.empty()
        : Optional.of("the agent's lease has expired; is its pod running?");
  }

  /**
   * Whether the node is ready. A Node without a Ready condition counts as ready, because no kubelet
   * maintains it.
   */
  public static boolean isReady(Node node) {
    return node.getStatus() == null
        || node.getStatus().getConditions().stream()
            .filter(condition -> "Ready".equals(condition.getType()))
            .map(NodeCondition::getStatus)
            .allMatch("True"::equals);
  }

  private Map<String, String> labels() {
    return node == null
        ? Map.of()
        : Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of());
  }
}
