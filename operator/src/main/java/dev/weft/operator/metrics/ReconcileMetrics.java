package dev.weft.operator.metrics;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.Controller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Duration and failures of reconciliations by controller. */
public final class ReconcileMetrics implements Metrics {
  private static final Duration[] BOUNDS =
      Stream.of(5, 25, 100, 500, 2_500, 10_000).map(Duration::ofMillis).toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final Map<String, Of> controllers = new ConcurrentHashMap<>();

  private record Of(Timer duration, Counter errors) {}

  /** Creates the metrics in {@code registry}. */
  public ReconcileMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void controllerRegistered(Controller<? extends HasMetadata> controller) {
    Of _ = of(controller.getConfiguration().getName());
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    Of it = of(execution.controllerName());
    long start = System.nanoTime();
    boolean done = false;
    try {
      T result = execution.execute();
      done = true;
      return result;
    } finally {
      it.duration.record(Duration.ofNanos(System.nanoTime() - start));
      if (!done) {
        it.errors.increment();
      }
    }
  }

  private Of of(String controller) {
    return controllers.computeIfAbsent(
        controller,
        name ->
            new Of(
                Timer.builder("weft.operator.reconcile.duration")
                    .description("Reconciles, those that failed included")
                    .tag("controller", name)
                    .serviceLevelObjectives(BOUNDS)
                    .register(registry),
                Counter.builder("weft.operator.reconcile.errors")
                    .description("Reconciles that failed and are tried again")
                    .tag("controller", name)
                    .register(registry)));
  }
}
