package dev.weft.operator.mesh;

import dev.weft.api.KeyPhase;
import dev.weft.api.MeshKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records since when this operator has seen the current phase of the key rotation. After a change
 * of leader, nodes get the full time again.
 */
final class PhaseClock {
  private record Phase(@Nullable Long epoch, @Nullable String phase) {}

  private @Nullable Phase seen;
  private Instant since = Instant.MIN;

  /** Time until which the phase of {@code keys} waits for nodes that do not follow. */
  synchronized Instant deadline(MeshKeys keys, Instant time, Duration patience) {
    Phase phase = new Phase(keys.epoch(), keys.phase());
    if (!Objects.equals(phase, seen)) {
      seen = phase;
      since = time;
    }
    return KeyPhase.IDLE.toString().equals(keys.phase()) ? Instant.MAX : since.plus(patience);
  }
}
