package dev.weft.operator.mesh;

import dev.weft.api.MeshNode;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Checks the IP families of the VTEP addresses. A tunnel has one family, so a mesh cannot mix them.
 */
final class Families {
  private Families() {}

  /** Message that names the nodes of the less common family; empty if all nodes have the same. */
  static Optional<String> mixed(List<MeshNode> nodes) {
    TreeMap<String, String> four = new TreeMap<>();
    TreeMap<String, String> six = new TreeMap<>();
    for (MeshNode node : nodes) {
      String vtep = node.getSpec() == null ? null : node.getSpec().vtep();
      if (vtep != null && !vtep.isEmpty()) {
        (vtep.indexOf(':') < 0 ? four : six).put(node.getMetadata().getName(), vtep);
      }
    }
    if (four.isEmpty() || six.isEmpty()) {
      return Optional.empty();
    }
    boolean fewSix = six.size() <= four.size();
    return Optional.of(
        "the tunnels of %s are of %s and those of other nodes are not: they do not reach each other; let spec.underlay choose addresses of one family"
            .formatted(
                (fewSix ? six : four)
                    .entrySet().stream()
                        .map(each -> each.getKey() + " (" + each.getValue() + ")")
                        .limit(10)
                        .collect(Collectors.joining(", ")),
                fewSix ? "IPv6" : "IPv4"));
  }
}
