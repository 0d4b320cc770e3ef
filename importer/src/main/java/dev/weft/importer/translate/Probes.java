package dev.weft.importer.translate;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Converts a health check of Docker to probes: an unhealthy task gets no traffic and is restarted.
 */
public final class Probes {
  private static final int DOCKER_INTERVAL = 30;
  private static final int DOCKER_TIMEOUT = 30;

  private Probes() {}

  /** Times in seconds, and the number of retries; null: Docker's default. */
  public record Times(
      @Nullable Integer interval,
      @Nullable Integer timeout,
      @Nullable Integer retries,
      @Nullable Integer start) {}

  /** Adds the probes for liveness and readiness. */
  public static void add(Workload workload, List<String> command, Times times) {
    Probe ready =
        new ProbeBuilder()
            .withNewExec()
            .withCommand(command)
            .endExec()
            .withPeriodSeconds(positive(times.interval, DOCKER_INTERVAL))
            .withTimeoutSeconds(positive(times.timeout, DOCKER_TIMEOUT))
            .withFailureThreshold(
                times.retries == null || times.retries == 0 ? null : times.retries)
            .build();
    Probe alive =
        new ProbeBuilder(ready)
            .withInitialDelaySeconds(times.start == null || times.start == 0 ? null : times.start)
            .build();
    workload.container().withReadinessProbe(ready).withLivenessProbe(alive);
  }

  private static Integer positive(@Nullable Integer given, int otherwise) {
    return given == null || given == 0 ? otherwise : given;
  }
}
