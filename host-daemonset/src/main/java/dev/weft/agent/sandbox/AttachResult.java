package dev.weft.agent.sandbox;

/** Result of an attempt to attach a sandbox. */
public sealed interface AttachResult {
  /** The sandbox is on all its networks. */
  record Wired() implements AttachResult {}

  /** No attempt was made. */
  record Untried() implements AttachResult {}

  /**
   * The sandbox lacks a network.
   *
   * @param why the request, the obstacle and the change that helps; one line
   */
  record Refused(String why) implements AttachResult {}
}
