package dev.weft.operator.node;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Liveness of a node's agent.
 *
 * @param deadSince time since which its lease is missing or expired; null: it is alive
 */
public record NodeAgent(@Nullable Instant deadSince) {
  public static final NodeAgent ALIVE = new NodeAgent(null);

  public boolean isAlive() {
    return deadSince == null;
  }
}
