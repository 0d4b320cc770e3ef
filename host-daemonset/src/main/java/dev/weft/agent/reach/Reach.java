package dev.weft.agent.reach;

import java.util.List;

/**
 * Result of one round of probes.
 *
 * @param peers number of probed peers
 * @param silent names of peers that answered nothing
 * @param narrow names of peers that answered only small packets
 */
public record Reach(int peers, List<String> silent, List<String> narrow) {
  static final Reach NOBODY_ASKED = new Reach(0, List.of(), List.of());

  public Reach {
    silent = List.copyOf(silent);
    narrow = List.copyOf(narrow);
  }

  /** Number of peers that answered. */
  public int reached() {
    return peers - silent.size();
  }

  boolean isWhole() {
    return silent.isEmpty() && narrow.isEmpty();
  }

  boolean differsFrom(Reach other) {
    return !silent.equals(other.silent) || !narrow.equals(other.narrow);
  }
}
