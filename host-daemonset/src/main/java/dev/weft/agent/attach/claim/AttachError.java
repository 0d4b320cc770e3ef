package dev.weft.agent.attach.claim;

/** Why a sandbox is not on a network: the request, the obstacle and the change that helps. */
public final class AttachError extends Exception {
  private final boolean passing;

  private AttachError(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  /** An error that stays until something in the cluster changes. */
  public static AttachError until(String message) {
    return new AttachError(message, false);
  }

  /** An error after which another attempt may succeed without any change. */
  public static AttachError passing(String message) {
    return new AttachError(message, true);
  }

  /** An error of one network. */
  public static AttachError on(String network, String why, boolean passing) {
    return new AttachError("network %s: %s".formatted(network, why), passing);
  }

  public boolean isPassing() {
    return passing;
  }
}
