package dev.weft.agent.sandbox;

/** What came of an attempt to wire a sandbox. */
public sealed interface AttachResult {
  /** Every network that it asks for is there. */
  record Wired() implements AttachResult {}

  /** Nothing was tried. */
  record Untried() implements AttachResult {}

  /**
   * Something is missing.
   *
   * @param why what was asked, what stands in the way, what to change; one line
   */
  record Refused(String why) implements AttachResult {}
}
