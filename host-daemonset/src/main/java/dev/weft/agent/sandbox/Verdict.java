package dev.weft.agent.sandbox;

/** What came of an attempt to wire a sandbox. */
public sealed interface Verdict {
  /** Every network that it asks for is there. */
  record Wired() implements Verdict {}

  /** Nothing was tried. */
  record Untried() implements Verdict {}

  /**
   * Something is missing.
   *
   * @param why what was asked, what stands in the way, what to change; one line
   */
  record Refused(String why) implements Verdict {}
}
