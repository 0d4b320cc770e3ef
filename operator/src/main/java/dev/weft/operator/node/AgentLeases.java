package dev.weft.operator.node;

import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tracks when each agent's lease expires. A renewal counts from the moment it is observed, so clock
 * skew does not matter. Only the first observation trusts the time in the lease, because an agent
 * may be long dead when the operator starts.
 */
public final class AgentLeases {
  /** Duration of a lease that does not specify one. */
  public static final Duration DEFAULT_DURATION = Duration.ofSeconds(40);

  /** Maximum duration of a lease, whatever it specifies. */
  private static final Duration LONGEST_DURATION = Duration.ofMinutes(5);

  private static final String PREFIX = Names.agentLease("");

  private final Clock clock;
  private final Instant start;
  private final Map<String, Seen> seen = new HashMap<>();

  private record Seen(@Nullable Instant renewed, Instant expiry) {}

  public AgentLeases(Clock clock) {
    this.clock = clock;
    this.start = clock.instant();
  }

  /** The node whose agent holds {@code lease}; empty for any other lease. */
  public static Optional<String> node(Lease lease) {
    String name = lease.getMetadata().getName();
    return name.startsWith(PREFIX) && name.length() > PREFIX.length()
        ? Optional.of(name.substring(PREFIX.length()))
        : Optional.empty();
  }

  /**
   * Records a new or renewed lease.
   *
   * @return whether the agent was dead and is alive now
   */
  public synchronized boolean renewed(String node, Lease lease) {
    boolean wasAlive = agent(node).isAlive();
    var spec = lease.getSpec();
    Instant renewed =
        spec == null || spec.getRenewTime() == null ? null : spec.getRenewTime().toInstant();
    Integer seconds = spec == null ? null : spec.getLeaseDurationSeconds();
    Duration duration =
        seconds == null
            ? DEFAULT_DURATION
            : Duration.ofSeconds(Math.clamp(seconds, 0, (int) LONGEST_DURATION.toSeconds()));
    Seen before = seen.get(node);
    if (before == null) {
      Instant from =
          renewed == null || renewed.isAfter(clock.instant()) ? clock.instant() : renewed;
      seen.put(node, new Seen(renewed, from.plus(duration)));
    } else if (renewed != null && !renewed.equals(before.renewed())) {
      seen.put(node, new Seen(renewed, clock.instant().plus(duration)));
    }
    return !wasAlive && agent(node).isAlive();
  }

  /** Records the deletion of a lease, which means that the agent has left. */
  public synchronized void deleted(String node) {
    seen.put(node, new Seen(null, clock.instant()));
  }

  public synchronized NodeAgent agent(String node) {
    Instant expiry = expiry(node);
    return expiry.isAfter(clock.instant()) ? NodeAgent.ALIVE : new NodeAgent(expiry);
  }

  /** Time at which the agent counts as dead unless it renews; in the past for a dead agent. */
  public synchronized Instant expiry(String node) {
    Seen known = seen.get(node);
    return known == null ? start : known.expiry();
  }
}
