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
 * All nodes of the mesh and what they say of their keys.
 *
 * @param alive names of nodes whose agents renew their leases
 */
record KeyHolders(List<MeshNode> nodes, Set<String> alive) {
  KeyHolders {
    nodes = List.copyOf(nodes);
    alive = Set.copyOf(alive);
  }

  /**
   * Those that a change of keys waits for: whose agent is alive and who can encrypt. Whether a
   * node's kubelet is well does not matter: its pods send and receive all the same.
   *
   * @param udp whether its packets are to travel in UDP
   */
  List<KeyHolder> live(boolean udp) {
    return nodes.stream()
        .filter(node -> alive.contains(node.getMetadata().getName()))
        .filter(node -> KeyHolder.canEncrypt(node, udp))
        .map(KeyHolder::of)
        .toList();
  }

  /** The keys of an epoch that all nodes publish, those of nodes that are away included. */
  KeyDirectory directory(long epoch) {
    return KeyDirectory.of(nodes.stream().flatMap(node -> published(node, epoch)).toList());
  }

  /**
   * The newest epoch that any node publishes and that there can have been; 0: none. No epoch lasts
   * for less than a second, so an epoch has a lower number than the seconds since 1970: a node that
   * lies leaves room for all that follow.
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
