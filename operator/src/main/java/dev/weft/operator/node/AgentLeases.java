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
 * When each agent's lease runs out. A renewal counts from the moment it is seen here, so clocks
 * that differ do no harm; only the first sight of a lease must trust its own time, since an agent
 * may be long dead when the operator starts.
 */
public final class AgentLeases {
  /** How long a lease holds that does not say so itself. */
  public static final Duration DEFAULT_DURATION = Duration.ofSeconds(40);

  /** The longest that one holds, whatever it says. */
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
   * Takes note of a lease, new or renewed.
   *
   * @return whether the agent was dead and now is alive
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

  /** Takes note that the lease is no more: the agent has left. */
  public synchronized void deleted(String node) {
    seen.put(node, new Seen(null, clock.instant()));
  }

  public synchronized NodeAgent agent(String node) {
    Instant expiry = expiry(node);
    return expiry.isAfter(clock.instant()) ? NodeAgent.ALIVE : new NodeAgent(expiry);
  }

  /** When the agent will be dead unless it renews; in the past for one that is dead. */
  public synchronized Instant expiry(String node) {
    Seen known = seen.get(node);
    return known == null ? start : known.expiry();
  }
}
