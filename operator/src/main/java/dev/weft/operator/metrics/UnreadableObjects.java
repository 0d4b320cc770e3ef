package dev.weft.operator.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts partly unreadable objects by kind. */
public final class UnreadableObjects {
  private final MeterRegistry registry;

  /** Creates the counters in {@code registry}. */
  public UnreadableObjects(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts one object of this kind. */
  public void found(String kind) {
    Counter.builder("weft.operator.unreadable.objects")
        .description("Stored objects found unreadable in part, which counts as absent")
        .tag("kind", kind)
        .register(registry)
        .increment();
  }
}
