package dev.weft.operator.mesh;

import dev.weft.api.KeyProgress;
import dev.weft.api.MeshNode;
import dev.weft.api.NodeKey;
import dev.weft.mesh.keys.KeyDirectory;
import dev.weft.mesh.keys.PublishedKey;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All nodes of the mesh, with the keys that they report.
 *
 * @param alive names of nodes with a live agent
 */
record KeyHolders(List<MeshNode> nodes, Set<String> alive) {
  KeyHolders {
    nodes = List.copyOf(nodes);
    alive = Set.copyOf(alive);
  }

  /**
   * Nodes that a rotation waits for: their agent is alive and they can encrypt. The state of the
   * kubelet does not matter, because pods send and receive without it.
   *
   * @param udp whether nodes send ESP in UDP
   */
  List<KeyHolder> live(boolean udp) {
    return nodes.stream()
        .filter(node -> alive.contains(node.getMetadata().getName()))
        .filter(node -> KeyHolder.canEncrypt(node, udp))
        .map(KeyHolder::of)
        .toList();
  }

  /** Published keys of an epoch, including those of nodes that are away. */
  KeyDirectory directory(long epoch) {
    return KeyDirectory.of(nodes.stream().flatMap(node -> published(node, epoch)).toList());
  }

  /**
   * The newest plausible epoch that any node publishes; 0: none. An epoch lasts at least a second,
   * so its number is below the seconds since 1970. So a lying node cannot exhaust the numbers of
   * later epochs.
   */
  long newestEpoch(Instant time) {
    return nodes.stream()
        .flatMap(KeyHolders::epochs)
        .mapToLong(Long::longValue)
        .filter(epoch -> epoch <= time.getEpochSecond())
        .max()
        .orElse(0);
  }

  private static Stream<PublishedKey> published(MeshNode node, long epoch) {
    String vtep = node.getSpec() == null ? null : node.getSpec().vtep();
    return keys(node).stream()
        .filter(key -> Objects.equals(key.epoch(), epoch))
        .limit(1)
        .map(key ->
            new PublishedKey(
                node.getMetadata().getName(),
                Objects.requireNonNullElse(vtep, ""),
                Objects.requireNonNullElse(key.generation(), 0L),
                Objects.requireNonNullElse(key.publicKey(), ""),
                Optional.ofNullable(key.udpPort())));
  }

  private static Stream<Long> epochs(MeshNode node) {
    KeyProgress progress = node.getStatus() == null ? null : node.getStatus().keys();
    Stream<@Nullable Long> reported =
        progress == null ? Stream.empty() : Stream.of(progress.prepared(), progress.active());
    return Stream.concat(keys(node).stream().map(NodeKey::epoch), reported)
        .filter(Objects::nonNull);
  }

  private static Collection<NodeKey> keys(MeshNode node) {
    List<NodeKey> keys = node.getSpec() == null ? null : node.getSpec().keys();
    return keys == null ? List.of() : keys;
  }
}
