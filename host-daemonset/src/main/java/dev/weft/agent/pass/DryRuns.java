package dev.weft.agent.pass;

import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.desired.DesiredCache;
import dev.weft.api.NodePlan;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes the changes of revisions in plan mode. */
final class DryRuns {
  private static final int MOST_LINES = 100;

  /** Longest text of a change; the schema admits no more. */
  private static final int LONGEST = 1024;

  private DryRuns() {}

  /** Plans by network, computed after the kernel has reached {@code desired} as far as possible. */
  static Map<String, NodePlan> of(
      DesiredCache desired, Optional<InetAddress> vtep, NodeKernel kernel) {
    Map<String, NetworkSpec> planned = desired.planned();
    if (planned.isEmpty()) {
      return Map.of();
    }
    List<Change> changes = kernel.plan(desired.plan(vtep));
    Map<String, NodePlan> plans = new HashMap<>();
    planned.forEach((name, networkSpec) -> plans.put(name, plan(networkSpec, changes)));
    return plans;
  }

  private static String line(Change change) {
    String text = change.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  /** A change shared by several networks is in the plan of each. */
  private static NodePlan plan(NetworkSpec networkSpec, List<Change> changes) {
    List<String> lines =
        changes.stream().filter(networkSpec::isConcernedBy).map(DryRuns::line).toList();
    return new NodePlan(
        networkSpec.spec().networkGeneration(),
        lines.size(),
        lines.stream().limit(MOST_LINES).toList());
  }
}
