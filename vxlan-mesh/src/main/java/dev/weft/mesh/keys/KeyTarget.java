package dev.weft.mesh.keys;

import java.util.Optional;

/**
 * Target of the key rotation for every node.
 *
 * @param epoch the newest epoch, 1 or more
 * @param udpPort UDP port on which a node receives ESP with new keys; empty: plain ESP. An existing
 *     key keeps its port.
 */
public record KeyTarget(long epoch, Step step, Optional<Integer> udpPort) {
  /** Target before the mesh has a status: the first epoch. */
  public static KeyTarget first(Optional<Integer> udpPort) {
    return new KeyTarget(1, Step.PREPARE, udpPort);
  }

  /** How nodes use the keys of the epoch. */
  public enum Step {
    /** Receive with its keys. */
    PREPARE,
    /** Send with them, too. */
    ACTIVATE,
    /** Delete the keys of older epochs. */
    RETIRE
  }
}
