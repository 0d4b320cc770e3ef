package dev.weft.agent.dataplane.spec;

import java.util.List;

/**
 * What came of one network.
 *
 * @param devices the node's devices that carry the network, endpoints' excluded, sorted
 * @param problems what is not as wished; empty: the wish is live
 * @param repaired what had changed behind our back, a line each
 */
public record NetworkOutcome(List<String> devices, List<Problem> problems, List<String> repaired) {
  public NetworkOutcome {
    devices = List.copyOf(devices);
    problems = List.copyOf(problems);
    repaired = List.copyOf(repaired);
  }

  /** Whether the network or any of its endpoints waits for a user. */
  public boolean isStalled() {
    return problems.stream().anyMatch(problem -> problem.cure() == Problem.Cure.USER);
  }
}
