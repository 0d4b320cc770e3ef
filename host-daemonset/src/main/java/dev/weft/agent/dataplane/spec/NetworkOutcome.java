package dev.weft.agent.dataplane.spec;

import java.util.List;
import java.util.stream.Stream;

/**
 * The outcome of one network.
 *
 * @param devices the network's devices on the node without those of endpoints, sorted
 * @param problems differences from the desired state; empty if it is live
 * @param repaired repaired drift, a line each
 */
public record NetworkOutcome(List<String> devices, List<Problem> problems, List<String> repaired) {
  public NetworkOutcome {
    devices = List.copyOf(devices);
    problems = List.copyOf(problems);
    repaired = List.copyOf(repaired);
  }

  /** Merges this outcome with the later one. */
  NetworkOutcome then(NetworkOutcome next) {
    return new NetworkOutcome(
        next.devices,
        next.problems,
        Stream.concat(repaired.stream(), next.repaired.stream()).toList());
  }

  /** Returns this outcome with more problems. */
  NetworkOutcome with(List<Problem> more) {
    return new NetworkOutcome(
        devices, Stream.concat(problems.stream(), more.stream()).toList(), repaired);
  }

  /** Whether the network or one of its endpoints needs a change by a user. */
  public boolean isStalled() {
    return problems.stream().anyMatch(problem -> problem.cure() == Problem.Cure.USER);
  }
}
