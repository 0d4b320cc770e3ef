package dev.weft.mesh.keys;

import java.util.List;
import java.util.Optional;

/**
 * What a node reports of its keys once its kernel is as decided.
 *
 * @param keys its public keys, the oldest epoch first
 * @param prepared the newest epoch, by whose keys it takes packets
 * @param peers {@link KeyDirectory#digest()} over the keys of that epoch that it takes packets by
 * @param active the epoch by whose keys it sends to every node that has one of it
 * @param exhausted the newest epoch that has carried as much as one may
 */
public record KeyReport(
    List<OwnKey> keys, long prepared, String peers, long active, Optional<Long> exhausted) {
  public KeyReport {
    keys = List.copyOf(keys);
  }

  /**
   * A public key of this node.
   *
   * @param udpPort {@link PublishedKey#udpPort()}
   */
  public record OwnKey(long epoch, long generation, String publicKey, Optional<Integer> udpPort) {}
}
