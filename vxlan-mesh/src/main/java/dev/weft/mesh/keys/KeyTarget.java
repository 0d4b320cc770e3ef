package dev.weft.mesh.keys;

import java.util.Optional;

/**
 * What the mesh asks of every node.
 *
 * @param epoch the newest, 1 or more
 * @param udpPort where ESP by keys that are still to be made is to be taken inside UDP; empty: it
 *     is to be plain. A key keeps what it was made with.
 */
public record KeyTarget(long epoch, Step step, Optional<Integer> udpPort) {
  /** Before anybody has said anything: the first epoch. */
  public static KeyTarget first(Optional<Integer> udpPort) {
    return new KeyTarget(1, Step.PREPARE, udpPort);
  }

  /** How far the epoch is to be used. */
  public enum Step {
    /** Take packets by its keys. */
    PREPARE,
    /** Send by them, too. */
    ACTIVATE,
    /** Forget those of older epochs. */
    RETIRE
  }
}
