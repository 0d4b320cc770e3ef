package dev.weft.operator.node;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node's agent answers.
 *
 * @param deadSince since when its lease is missing or expired; null: it is alive
 */
public record Agent(@Nullable Instant deadSince) {
  public static final Agent ALIVE = new Agent(null);

  public boolean isAlive() {
    return deadSince == null;
  }
}
