package dev.weft.operator.allocation;

import java.util.List;

/** What came of a claim. */
public sealed interface AllocationOutcome {
  /** All that the network needs. */
  record Granted(NetworkAllocation grant) implements AllocationOutcome {}

  /** Nothing, for at least one reason. */
  record Refused(List<AllocationRefusal> refusals) implements AllocationOutcome {
    public Refused {
      refusals = List.copyOf(refusals);
    }
  }
}
