package dev.weft.operator.mesh;

import dev.weft.api.KeyPhase;
import dev.weft.api.MeshKeys;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gauges of the key rotation. */
public final class KeyMetrics implements MeterBinder {
  private volatile @Nullable MeshKeys keys;

  void show(@Nullable MeshKeys now) {
    keys = now;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("weft.operator.key.epoch", this, KeyMetrics::epoch)
        .description("The newest epoch of keys; 0: no network is encrypted")
        .register(registry);
    Gauge.builder("weft.operator.key.nodes.waiting", this, KeyMetrics::waiting)
        .description("Live nodes that have not completed the phase yet")
        .register(registry);
    for (KeyPhase phase : KeyPhase.values()) {
      Gauge.builder("weft.operator.key.phase", this, each -> each.isIn(phase) ? 1 : 0)
          .description("1 for the current phase of the key rotation")
          .tag("phase", phase.toString())
          .register(registry);
    }
  }

  private double epoch() {
    MeshKeys now = keys;
    return now == null ? 0 : Objects.requireNonNullElse(now.epoch(), 0L);
  }

  private double waiting() {
    MeshKeys now = keys;
    return now == null || now.nodes() == null || now.acknowledged() == null
        ? 0
        : now.nodes() - now.acknowledged();
  }

  private boolean isIn(KeyPhase phase) {
    MeshKeys now = keys;
    return now != null && phase.toString().equals(now.phase());
  }
}
