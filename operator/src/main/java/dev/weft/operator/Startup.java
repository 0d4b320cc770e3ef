package dev.weft.operator;

import dev.weft.api.Causes;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the operator and retries until it succeeds. The API server may be away for an hour, and
 * may fail again during an attempt.
 */
final class Startup implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Startup.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final ApiServer api;
  private final Function<PrometheusMeterRegistry, WeftOperator> make;
  private volatile @Nullable Running running;
  private volatile String waits = "the operator has not asked the API server yet";
  private @Nullable String cause;

  /** An operator that has started, and its counters. */
  private record Running(WeftOperator operator, PrometheusMeterRegistry registry) {}

  /** Result of the start. */
  enum End {
    /** The operator runs. */
    STARTED,
    /** It was stopped before it could start. */
    STOPPED,
    /** The cluster lacks the project's CRDs. */
    LACKING
  }

  /**
   * Creates the start of the operator that {@code make} builds with the registry it is given.
   *
   * @param client client that checks the API server
   */
  Startup(KubernetesClient client, Function<PrometheusMeterRegistry, WeftOperator> make) {
    this.client = client;
    this.api = new ApiServer(client);
    this.make = make;
  }

  /** Retries until the operator runs, CRDs are missing, or {@code stop} is released. */
  End run(CountDownLatch stop) throws InterruptedException {
    do {
      Optional<End> end = attempt();
      if (end.isPresent()) {
        return end.get();
      }
    } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    return End.STOPPED;
  }

  private Optional<End> attempt() {
    try {
      List<String> missing = api.missingKinds();
      if (!missing.isEmpty()) {
        log.error(
            "not installed in the cluster: {}; apply the project's manifests/crds first: kubectl"
                + " apply -f manifests/crds",
            String.join(", ", missing));
        return Optional.of(End.LACKING);
      }
      start();
      return Optional.of(End.STARTED);
    } catch (RuntimeException e) {
      wait(
          ApiServer.isSilence(e)
              ? "the API server at %s does not answer".formatted(client.getMasterUrl())
              : "the operator cannot start",
          Causes.of(e));
      log.debug("the attempt failed", e);
      return Optional.empty();
    }
  }

  private void start() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    WeftOperator operator = make.apply(registry);
    try {
      operator.start();
    } catch (RuntimeException e) {
      operator.close();
      throw e;
    }
    running = new Running(operator, registry);
  }

  /** Logs a cause once, and records since when it prevents the start. */
  private void wait(String what, String why) {
    if (!what.equals(cause)) {
      cause = what;
      waits = "%s since %s: %s".formatted(what, Instant.now().truncatedTo(ChronoUnit.SECONDS), why);
      log.atWarn().log("{}; the operator tries again: {}", what, why);
    }
  }

  /** Reasons to restart the process; empty: it is healthy. */
  List<String> sick() {
    Running it = running;
    return it == null ? List.of() : it.operator.sick();
  }

  /** Reasons why the operator is not ready; empty: it is. */
  List<String> unready() {
    Running it = running;
    return it == null ? List.of(waits) : it.operator.unready();
  }

  /** Leadership as text; empty before the operator has started. */
  String lease() {
    Running it = running;
    return it == null ? "" : it.operator.lease();
  }

  /** Metrics of the operator in Prometheus' text format; empty before it has started. */
  String scrape() {
    Running it = running;
    if (it == null) {
      return "";
    }
    it.operator.count();
    return it.registry.scrape();
  }

  @Override
  public void close() {
    Running it = running;
    if (it != null) {
      it.operator.close();
    }
  }
}
