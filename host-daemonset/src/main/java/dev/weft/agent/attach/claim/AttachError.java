package dev.weft.agent.attach.claim;

/** Why a sandbox is not on a network: what was asked, what stands in the way, what to change. */
public final class AttachError extends Exception {
  private final boolean passing;

  private AttachError(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** Stands until something in the cluster changes. */
  public static AttachError until(String message) {
    return new AttachError(message, false);
  }

  /** Another attempt may succeed without any change. */
  public static AttachError passing(String message) {
    return new AttachError(message, true);
  }

  public boolean isPassing() {
    return passing;
  }
}
