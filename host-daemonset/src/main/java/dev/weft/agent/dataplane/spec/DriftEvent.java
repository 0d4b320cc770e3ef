package dev.weft.agent.dataplane.spec;

/**
 * The kernel's state is no longer what the last reconcile left, or what a network stands on has
 * changed. Reported once until the next reconcile.
 *
 * @param scope what to reconcile
 * @param what what was seen, for a log line
 * @param restless the id of the endpoint whose sandbox may repeat it at will; empty if none can
 */
public record DriftEvent(PassScope scope, String what, String restless) {
  public DriftEvent(PassScope scope, String what) {
    this(scope, what, "");
  }
}
