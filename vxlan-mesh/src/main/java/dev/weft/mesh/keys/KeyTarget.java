package dev.weft.mesh.keys;

/**
 * What the mesh asks of every node.
 *
 * @param epoch the newest, 1 or more
 */
public record KeyTarget(long epoch, Step step) {
  /** Before anybody has said anything: the first epoch. */
  public static final KeyTarget FIRST = new KeyTarget(1, Step.PREPARE);

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
