package dev.weft.operator.node;

import dev.weft.api.MeshNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One node as the cluster shows it.
 *
 * @param node null: there is no such Node object
 * @param meshNode null: no agent has introduced it
 * @param conflict why its tunnels count as none to other nodes; empty: they count
 */
public record NodeFacts(
    String name,
    @Nullable Node node,
    @Nullable MeshNode meshNode,
    NodeAgent agent,
    Optional<String> conflict) {
  /** A node whose tunnels count. */
  public NodeFacts(String name, @Nullable Node node, @Nullable MeshNode meshNode, NodeAgent agent) {
    this(name, node, meshNode, agent, Optional.empty());
  }

  /**
   * Whether nothing is left of the node: what it held is free. A node whose agent lives is there,
   * though its objects may be written anew just now.
   */
  public boolean isGone() {
    return node == null && meshNode == null && !agent.isAlive();
  }

  public boolean isInMesh() {
    return meshNode != null;
  }

  /** Whether the node has all labels of {@code selector}; absent: yes. */
  public boolean matches(@Nullable Map<String, String> selector) {
    return selector == null || labels().entrySet().containsAll(selector.entrySet());
  }

  /** Why nothing that the node says can be trusted to be so still; empty when it is alive. */
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

  /** Whether the node is not said to be unready; what has no such condition is no kubelet's. */
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
