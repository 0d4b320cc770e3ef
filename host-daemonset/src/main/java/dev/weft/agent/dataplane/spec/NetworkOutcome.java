package dev.weft.agent.dataplane.spec;

import java.util.List;
import java.util.stream.Stream;

/**
 * What came of one network.
 *
 * @param devices the node's devices that carry the network, endpoints' excluded, sorted
 * @param problems what is not as desired; empty: the desired state is live
 * @param repaired what had changed behind our back, a line each
 */
public record NetworkOutcome(List<String> devices, List<Problem> problems, List<String> repaired) {
  public NetworkOutcome {
    devices = List.copyOf(devices);
    problems = List.copyOf(problems);
    repaired = List.copyOf(repaired);
  }

  /** Both, of which the other came after. */
  NetworkOutcome then(NetworkOutcome next) {
    return new NetworkOutcome(
        next.devices,
        next.problems,
        Stream.concat(repaired.stream(), next.repaired.stream()).toList());
  }

  /** The same with more problems. */
  NetworkOutcome with(List<Problem> more) {
    return new NetworkOutcome(
        devices, Stream.concat(problems.stream(), more.stream()).toList(), repaired);
  }

  /** Whether the network or any of its endpoints waits for a user. */
  public boolean isStalled() {
    return problems.stream().anyMatch(problem -> problem.cure() == Problem.Cure.USER);
  }
}
