package dev.weft.e2e.chaos;

import java.time.Duration;

/** A fault to inject. */
sealed interface ChaosFault {

  /**
   * A change on a node or in a pod's sandbox.
   *
   * @param pod the pod; empty for the node itself
   */
  record Drifted(String node, String pod, Drift drift) implements ChaosFault {}

  /** An agent is killed, and restarted after the other faults of its step. */
  record AgentKilled(String node) implements ChaosFault {}

  /** The operator is killed, and restarted after the other faults of its step. */
  record OperatorKilled() implements ChaosFault {}

  /** A node's agent loses its connections to the API server. */
  record ApiLost(String node, Duration time) implements ChaosFault {}

  /** A node loses its link to the LAN. */
  record Partitioned(String node, Duration time) implements ChaosFault {}

  /** The node with traffic that this fault may interrupt; empty if there is none. */
  default String interrupts() {
    return switch (this) {
      case Drifted drifted -> drifted.node();
      case Partitioned partitioned -> partitioned.node();
      case AgentKilled _, OperatorKilled _, ApiLost _ -> "";
    };
  }

  /** Time until the fault is reverted. */
  default Duration lasts() {
    return switch (this) {
      case ApiLost lost -> lost.time();
      case Partitioned partitioned -> partitioned.time();
      case Drifted _, AgentKilled _, OperatorKilled _ -> Duration.ZERO;
    };
  }

  /** Description for the user. */
  default String text() {
    return switch (this) {
      case Drifted(String node, String pod, Drift drift) ->
          drift.name() + " on " + (pod.isEmpty() ? node : node + " (" + pod + ")");
      case AgentKilled(String node) -> "agent of " + node + " killed";
      case OperatorKilled() -> "operator killed";
      case ApiLost(String node, Duration time) ->
          "%s cut off from the API server for %d ms".formatted(node, time.toMillis());
      case Partitioned(String node, Duration time) ->
          "%s cut off from the LAN for %d ms".formatted(node, time.toMillis());
    };
  }
}
