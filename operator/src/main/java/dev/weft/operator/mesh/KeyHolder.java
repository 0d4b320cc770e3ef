package dev.weft.operator.mesh;

import dev.weft.api.Kernel;
import dev.weft.api.KeyPhase;
import dev.weft.api.KeyProgress;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.NodeKey;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A live node that can encrypt.
 *
 * @param epochs epochs of the keys that it publishes
 * @param udpPort UDP port on which it receives ESP with the newest of them; empty: plain ESP
 */
record KeyHolder(String node, Set<Long> epochs, Optional<Integer> udpPort, KeyProgress progress) {
  private static final KeyProgress NONE = new KeyProgress(null, null, null, null);

  KeyHolder {
    epochs = Set.copyOf(epochs);
  }

  static KeyHolder of(MeshNode node) {
    List<NodeKey> published = node.getSpec() == null ? null : node.getSpec().keys();
    List<NodeKey> keys = Objects.requireNonNullElse(published, List.of());
    KeyProgress progress = node.getStatus() == null ? null : node.getStatus().keys();
    return new KeyHolder(
        node.getMetadata().getName(),
        keys.stream().map(KeyHolder::epoch).collect(Collectors.toSet()),
        keys.stream().max(Comparator.comparingLong(KeyHolder::epoch)).map(NodeKey::udpPort),
        Objects.requireNonNullElse(progress, NONE));
  }

  private static long epoch(NodeKey key) {
    return Objects.requireNonNull(key.epoch(), "the schema requires epoch");
  }

  /**
   * Whether a node has a VTEP address and its kernel has all features for encryption.
   *
   * @param udp whether nodes send ESP in UDP
   */
  static boolean canEncrypt(MeshNode node, boolean udp) {
    MeshNodeSpec spec = node.getSpec();
    String vtep = spec == null ? null : spec.vtep();
    return spec != null
        && vtep != null
        && Kernel.lacksForEncryption(spec.kernel(), vtep.contains(":"), udp).isEmpty();
  }

  /**
   * Whether the node has completed {@code phase} of {@code epoch}.
   *
   * @param digest digest of the published keys of the epoch
   */
  boolean acknowledges(KeyPhase phase, long epoch, String digest) {
    return switch (phase) {
      case PREPARE ->
          Objects.equals(progress.prepared(), epoch)
              && epochs.contains(epoch)
              && digest.equals(progress.peers());
      case ACTIVATE -> Objects.equals(progress.active(), epoch) && epochs.contains(epoch);
      case RETIRE, IDLE -> epochs.equals(Set.of(epoch));
    };
  }

  boolean hasExhausted(long epoch) {
    Long exhausted = progress.exhausted();
    return exhausted != null && exhausted >= epoch;
  }
}
