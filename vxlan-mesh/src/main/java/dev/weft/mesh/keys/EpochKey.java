package dev.weft.mesh.keys;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node's own key of one epoch, with the associations that were made from it. An association
 * recorded here must never be made again.
 *
 * @param generation number of times that the node had to replace its key of this epoch
 * @param udpPort {@link PublishedKey#udpPort()}
 * @param used {@linkplain Association#id() ids} of all associations that the node has sent with
 * @param received ids of all associations that the node has received with
 */
public record EpochKey(
    NodeKeyPair pair,
    long generation,
    Optional<Integer> udpPort,
    Set<String> used,
    Set<String> received) {
  public EpochKey {
    used = Set.copyOf(used);
    received = Set.copyOf(received);
  }

  static EpochKey unused(NodeKeyPair pair, long generation, Optional<Integer> udpPort) {
    return new EpochKey(pair, generation, udpPort, Set.of(), Set.of());
  }

  EpochKey noting(Collection<String> sendsBy, Collection<String> receivesBy) {
    return new EpochKey(
        pair, generation, udpPort, union(used, sendsBy), union(received, receivesBy));
  }

  private static Set<String> union(Set<String> one, Collection<String> other) {
    return Stream.concat(one.stream(), other.stream()).collect(Collectors.toSet());
  }
}
