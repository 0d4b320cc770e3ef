package dev.weft.agent.endpoint;

/** Why a sandbox is not on a network: what was asked, what stands in the way, what to change. */
final class Refusal extends Exception {
  private final boolean passing;

  private Refusal(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** Stands until something in the cluster changes. */
  static Refusal until(String message) {
    return new Refusal(message, false);
  }

  /** Another attempt may succeed without any change. */
  static Refusal passing(String message) {
    return new Refusal(message, true);
  }

  boolean isPassing() {
    return passing;
  }
}
