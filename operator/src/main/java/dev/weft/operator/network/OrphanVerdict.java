package dev.weft.operator.network;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.SandboxReference;
import dev.weft.operator.node.NodeFacts;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether an endpoint still has an owner. A live agent releases its own endpoints; here go only
 * those that no agent will ever release.
 */
sealed interface OrphanVerdict {
  /** How long an agent may be away before its dead pods' addresses are free. */
  Duration GRACE = Duration.ofMinutes(5);

  /** It stays. */
  record Kept() implements OrphanVerdict {}

  /** It stays until then, unless the agent returns. */
  record KeptUntil(Instant time) implements OrphanVerdict {}

  /** Its node is gone. */
  record OfNoNode() implements OrphanVerdict {}

  /** Its pod is gone, and so is the agent. */
  record OfNoPod() implements OrphanVerdict {}

  /**
   * Judges an endpoint.
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
