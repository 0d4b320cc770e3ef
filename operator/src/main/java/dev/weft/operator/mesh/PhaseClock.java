package dev.weft.operator.mesh;

import dev.weft.api.KeyPhase;
import dev.weft.api.MeshKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Since when this operator has seen the present phase of keys. Another operator gives nodes the
 * whole time again: what one of them missed is no node's fault.
 */
final class PhaseClock {
  private record Phase(@Nullable Long epoch, @Nullable String phase) {}

  private @Nullable Phase seen;
  private Instant since = Instant.MIN;

  /** When nodes that do not follow the phase of {@code keys} are waited for no longer. */
  synchronized Instant deadline(MeshKeys keys, Instant time, Duration patience) {
    Phase phase = new Phase(keys.epoch(), keys.phase());
    if (!Objects.equals(phase, seen)) {
      seen = phase;
      since = time;
    }
    return KeyPhase.IDLE.toString().equals(keys.phase()) ? Instant.MAX : since.plus(patience);
  }
}
