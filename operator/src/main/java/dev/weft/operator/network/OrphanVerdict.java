package dev.weft.operator.network;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.operator.node.NodeFacts;
import java.time.Duration;
import java.time.Instant;

/**
 * Verdict on the owner of an endpoint. A live agent releases its own endpoints, so only those that
 * no agent will ever release are orphans.
 */
sealed interface OrphanVerdict {
  /** Time that an agent may be away before the addresses of its deleted pods are released. */
  Duration GRACE = Duration.ofMinutes(5);

  /** The endpoint stays. */
  record Kept() implements OrphanVerdict {}

  /** The endpoint stays until {@code time}, or longer if the agent returns. */
  record KeptUntil(Instant time) implements OrphanVerdict {}

  /** Its node is gone. */
  record OfNoNode() implements OrphanVerdict {}

  /** Its pod is gone, and its node's agent is dead. */
  record OfNoPod() implements OrphanVerdict {}

  /**
   * Evaluates an endpoint.
   *
   * @param podIsThere whether a pod of the sandbox's UID exists
   */
  static OrphanVerdict of(
      NetworkEndpoint endpoint, NodeFacts node, boolean podIsThere, Instant now) {
    if (node.isGone()) {
      return new OfNoNode();
    }
    SandboxReference sandbox = endpoint.getSpec().sandbox();
    Instant deadSince = node.agent().deadSince();
    if (podIsThere || deadSince == null || sandbox == null || sandbox.podUid() == null) {
      return new Kept();
    }
    Instant end = deadSince.plus(GRACE);
    return end.isAfter(now) ? new KeptUntil(end) : new OfNoPod();
  }
}
