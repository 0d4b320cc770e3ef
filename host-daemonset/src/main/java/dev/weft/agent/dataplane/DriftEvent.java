package dev.weft.agent.dataplane;

/**
 * The kernel's state is no longer what the last reconcile left, or what a network stands on has
 * changed. Told once until the next reconcile of what is dirty.
 *
 * @param dirty what to reconcile
 * @param what what was seen, for a log line
 */
public record DriftEvent(Dirty dirty, String what) {}
