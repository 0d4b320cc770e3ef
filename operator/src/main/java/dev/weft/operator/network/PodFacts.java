package dev.weft.operator.network;

import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Properties of a pod that networks depend on.
 *
 * @param node the node it was scheduled to; empty: none yet
 * @param networks its attach annotation
 * @param finished whether it has terminated
 */
record PodFacts(String node, @Nullable String networks, boolean finished) {
  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

  static PodFacts of(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return new PodFacts(
        node == null ? "" : node,
        annotations == null ? null : annotations.get(Names.NETWORKS_ANNOTATION),
        phase != null && FINISHED.contains(phase));
  }

  boolean isPlaced() {
    return !node.isEmpty() && !finished;
  }
}
