package dev.weft.operator.network;

import dev.weft.api.Reason;

/**
 * Something about a network that its user should know.
 *
 * @param message what was asked, what stands in the way and what to change
 */
record Finding(Reason reason, String message, Gravity gravity) {
  /** What follows from a finding, the gravest first. */
  enum Gravity {
    /** The network is neither allocated nor changed on any node. */
    REFUSES,
    /** The network is built, but is not what was asked for until the user mends it. */
    STALLS,
    /** The network works, with less than what was asked for. */
    DEGRADES
  }

  boolean refuses() {
    return gravity == Gravity.REFUSES;
  }

  boolean needsUser() {
    return gravity != Gravity.DEGRADES;
  }
}
