package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.Kernel;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.NodeKey;
import dev.weft.api.Reason;
import dev.weft.operator.node.NodeFacts;
import dev.weft.operator.node.NodeTexts;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Condition Encrypted: whether every node that should carry a network can encrypt. */
record EncryptionSupport(String status, Reason reason, String message) {

  private static final String CURE =
      "; give the kernel these features (modules esp4, esp6, gcm), or keep the network off by"
          + " spec.nodeSelector. Nothing is sent in clear";

  /** Empty for a network that is not encrypted. */
  static Optional<EncryptionSupport> of(ObservedNetwork observed) {
    Optional<EncryptionSupport> nowhere =
        impossible(observed)
            .map(why -> new EncryptionSupport(Conditions.FALSE, Reason.NODE_CANNOT_ENCRYPT, why));
    return nowhere.isPresent() || !Effective.isEncrypted(observed.spec())
        ? nowhere
        : Optional.of(of(observed.desiredNodes(), observed.isEspInUdp()));
  }

  /**
   * Reason why no node of the network can encrypt; empty: some node can, or may.
   *
   * @return what each of the network's nodes lacks
   */
  static Optional<String> impossible(ObservedNetwork observed) {
    if (!Effective.isEncrypted(observed.spec())) {
      return Optional.empty();
    }
    List<NodeFacts> nodes =
        observed.nodes().stream().filter(observed::selects).filter(NodeFacts::isInMesh).toList();
    List<String> unable = unable(nodes, observed.isEspInUdp());
    return unable.isEmpty() || unable.size() < nodes.size()
        ? Optional.empty()
        : Optional.of(
            "no node can encrypt, so spec.overlay.encrypted has no effect: %s%s"
                .formatted(NodeTexts.join(unable), CURE));
  }

  static boolean hasKeys(@Nullable MeshNodeSpec spec) {
    return spec != null && spec.keys() != null && !spec.keys().isEmpty();
  }

  /** Whether a node receives ESP in UDP with any of its keys. */
  static boolean takesUdp(@Nullable MeshNodeSpec spec) {
    List<NodeKey> keys = spec == null ? null : spec.keys();
    return keys != null && keys.stream().anyMatch(key -> key.udpPort() != null);
  }

  private static List<String> unable(List<NodeFacts> nodes, boolean udp) {
    return nodes.stream().flatMap(node -> lacking(node, udp).stream()).toList();
  }

  private static EncryptionSupport of(List<NodeFacts> nodes, boolean udp) {
    List<String> unable = unable(nodes, udp);
    if (!unable.isEmpty()) {
      return new EncryptionSupport(
          Conditions.FALSE, Reason.NODE_CANNOT_ENCRYPT, NodeTexts.join(unable) + CURE);
    }
    List<String> without =
        nodes.stream().filter(node -> !hasKeys(spec(node))).map(NodeFacts::name).toList();
    if (!without.isEmpty()) {
      return new EncryptionSupport(
          Conditions.UNKNOWN,
          Reason.NODES_WITHOUT_KEYS,
          "no key of its own yet: %s. Nothing is sent in clear".formatted(NodeTexts.join(without)));
    }
    return nodes.isEmpty()
        ? new EncryptionSupport(Conditions.TRUE, Reason.NO_NODES, "no node carries the network")
        : new EncryptionSupport(
            Conditions.TRUE,
            Reason.ALL_NODES_ENCRYPT,
            "all %d nodes have keys".formatted(nodes.size()));
  }

  private static Optional<String> lacking(NodeFacts node, boolean udp) {
    MeshNodeSpec spec = spec(node);
    String vtep = spec == null ? null : spec.vtep();
    List<String> lacks =
        Kernel.lacksForEncryption(
            spec == null ? null : spec.kernel(), vtep != null && vtep.contains(":"), udp);
    return lacks.isEmpty()
        ? Optional.empty()
        : Optional.of("%s lacks %s".formatted(node.name(), String.join(", ", lacks)));
  }

  private static @Nullable MeshNodeSpec spec(NodeFacts node) {
    MeshNode meshNode = node.meshNode();
    return meshNode == null ? null : meshNode.getSpec();
  }
}
