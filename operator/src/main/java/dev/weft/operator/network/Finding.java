package dev.weft.operator.network;

import dev.weft.api.Reason;

/**
 * Problem of a network that its user should know.
 *
 * @param message the requested value, the obstacle and the remedy
 */
record Finding(Reason reason, String message, Gravity gravity) {
  /** Consequence of a finding, the gravest first. */
  enum Gravity {
    /** The network is neither allocated nor changed on any node. */
    REFUSES,
    /** The network is built, but differs from its spec until the user corrects it. */
    STALLS,
    /** The network works, but with less than its spec requests. */
    DEGRADES
  }

  boolean refuses() {
    return gravity == Gravity.REFUSES;
  }

  boolean needsUser() {
    return gravity != Gravity.DEGRADES;
  }
}
