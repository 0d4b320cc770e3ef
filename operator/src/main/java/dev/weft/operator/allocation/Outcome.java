package dev.weft.operator.allocation;

import java.util.List;

/** What came of a claim. */
public sealed interface Outcome {
  /** All that the network needs. */
  record Granted(Grant grant) implements Outcome {}

  /** Nothing, for at least one reason. */
  record Refused(List<Refusal> refusals) implements Outcome {
    public Refused {
      refusals = List.copyOf(refusals);
    }
  }
}
