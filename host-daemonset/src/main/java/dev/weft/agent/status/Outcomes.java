package dev.weft.agent.status;

import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Last outcome of each network of this node. */
public final class Outcomes {
  private final Map<String, Last> last = new ConcurrentHashMap<>();

  private record Last(List<Problem> problems, Set<String> endpoints) {}

  /**
   * Records an outcome.
   *
   * @param endpoints ids of the endpoints in sandboxes that were to be wired
   * @return whether the problems have changed
   */
  boolean note(String network, NetworkOutcome outcome, Set<String> endpoints) {
    Last next = new Last(outcome.problems(), Set.copyOf(endpoints));
    Last before = last.put(network, next);
    return before == null || !before.problems.equals(next.problems);
  }

  /** Forgets all networks but these. */
  void retain(Set<String> networks) {
    last.keySet().retainAll(networks);
  }

  /**
   * Why an endpoint is not wired.
   *
   * @param needsUser whether it needs a change by the user
   */
  public record StatusProblem(String why, boolean needsUser) {}

  /** Why an endpoint is not wired to a network; empty if it is. */
  public Optional<StatusProblem> hitch(String network, String endpoint) {
    Last it = last.get(network);
    if (it == null) {
      return Optional.of(new StatusProblem("it is not built on this node yet", false));
    }
    List<Problem> problems =
        it.problems.stream()
            .filter(each -> each.endpoint().isEmpty() || each.endpoint().equals(endpoint))
            .toList();
    if (!problems.isEmpty()) {
      return Optional.of(
          new StatusProblem(
              problems.stream().map(Problem::toString).distinct().collect(Collectors.joining("; ")),
              problems.stream().anyMatch(each -> each.cure() == Problem.Cure.USER)));
    }
    return it.endpoints.contains(endpoint)
        ? Optional.empty()
        : Optional.of(new StatusProblem("the sandbox holds no usable address on it", false));
  }
}
