package dev.weft.operator.allocation;

import java.util.List;

/** Result of an allocation request. */
public sealed interface AllocationOutcome {
  /** An allocation of everything that the network needs. */
  record Granted(NetworkAllocation grant) implements AllocationOutcome {}

  /** No allocation, for at least one reason. */
  record Refused(List<AllocationRefusal> refusals) implements AllocationOutcome {
    public Refused {
      refusals = List.copyOf(refusals);
    }
  }
}
