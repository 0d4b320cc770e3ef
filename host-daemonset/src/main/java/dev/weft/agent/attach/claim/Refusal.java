package dev.weft.agent.attach.claim;

/** Why a sandbox is not on a network: what was asked, what stands in the way, what to change. */
public final class Refusal extends Exception {
  private final boolean passing;

  private Refusal(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** Stands until something in the cluster changes. */
  public static Refusal until(String message) {
    return new Refusal(message, false);
  }

  /** Another attempt may succeed without any change. */
  public static Refusal passing(String message) {
    return new Refusal(message, true);
  }

  public boolean isPassing() {
    return passing;
  }
}
