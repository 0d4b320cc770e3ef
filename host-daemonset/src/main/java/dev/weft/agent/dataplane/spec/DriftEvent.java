package dev.weft.agent.dataplane.spec;

/**
 * The kernel differs from what the last reconcile left, or a network's underlying device changed.
 * Reported once until the next reconcile.
 *
 * @param scope what to reconcile
 * @param what what was seen, for a log line
 * @param restless id of the endpoint whose sandbox may repeat the change at will; empty if none can
 */
public record DriftEvent(PassScope scope, String what, String restless) {
  public DriftEvent(PassScope scope, String what) {
    this(scope, what, "");
  }
}
