package dev.weft.mesh.keys;

import java.util.List;
import java.util.Optional;

/**
 * Report about a node's keys, published once the kernel matches the decision.
 *
 * @param keys its public keys, the oldest epoch first
 * @param prepared the newest epoch; the node receives with its keys
 * @param peers {@link KeyDirectory#digest()} of the keys of that epoch that the node receives with
 * @param active epoch that the node uses to send to every node that has a key of it
 * @param exhausted newest epoch with a key that has reached its volume limit
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
