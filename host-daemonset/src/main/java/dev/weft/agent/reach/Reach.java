package dev.weft.agent.reach;

import java.util.List;

/**
 * What came of asking the peers for an echo.
 *
 * @param peers how many were asked
 * @param silent names of those that answered nothing
 * @param narrow names of those that answered small packets and not full ones
 */
public record Reach(int peers, List<String> silent, List<String> narrow) {
  static final Reach NOBODY_ASKED = new Reach(0, List.of(), List.of());

  public Reach {
    silent = List.copyOf(silent);
    narrow = List.copyOf(narrow);
  }

  /** How many answered. */
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
