package dev.weft.agent.health;

import dev.weft.netlink.Netlink;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the agent counts. */
public final class Metrics {
  private static final double MILLIS = 1e3;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicReference<@Nullable Duration> startToReady = new AtomicReference<>();

  /** Counters at zero. */
  public Metrics() {
    FunctionCounter.builder("weft.agent.netlink.messages", this, _ -> Netlink.messagesSent())
        .description("Messages sent to the kernel")
        .register(registry);
    registry.counter("weft.agent.reconciles");
    registry.counter("weft.agent.drift.repaired");
  }

  /** A request goes to the API server. */
  public void apiRequest(HttpRequest request) {
    registry
        .counter(
            "weft.agent.api.requests",
            List.of(Tag.of("method", request.method()), Tag.of("resource", resource(request))))
        .increment();
  }

  /** A pass over the node was made. */
  public void reconciled() {
    registry.counter("weft.agent.reconciles").increment();
  }

  /** Others had changed so many things, which are as they were. */
  public void driftRepaired(int count) {
    registry.counter("weft.agent.drift.repaired").increment(count);
  }

  /** The first pass is done; only the first call counts. */
  public void ready() {
    Duration since =
        Duration.ofMillis(
            System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime());
    if (startToReady.compareAndSet(null, since)) {
      Gauge.builder("weft.agent.start.to.ready", () -> since.toMillis() / MILLIS)
          .baseUnit("seconds")
          .description("From the start of the process to the end of the first pass")
          .register(registry);
    }
  }

  /** From the start of the process to the end of the first pass; null before that. */
  public @Nullable Duration startToReady() {
    return startToReady.get();
  }

  /** Everything in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  /** The plural in the path, with {@code /status} or {@code watch} where the request says so. */
  static String resource(HttpRequest request) {
    String[] parts = request.uri().getPath().split("/", -1);
    int at = parts.length > 1 && parts[1].equals("api") ? 3 : 4;
    if (parts.length > at + 2 && parts[at].equals("namespaces")) {
      at += 2;
    }
    String resource = parts.length > at ? parts[at] : "";
    if (parts.length > at + 2) {
      resource += "/" + parts[at + 2];
    }
    String query = request.uri().getQuery();
    return query != null && query.contains("watch=true") ? resource + " watch" : resource;
  }
}
