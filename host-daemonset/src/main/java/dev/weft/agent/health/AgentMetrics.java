package dev.weft.agent.health;

import dev.weft.agent.retry.Supervised;
import dev.weft.netlink.rtnl.Netlink;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Metrics of the agent. */
public final class AgentMetrics {
  private static final double MILLIS = 1e3;
  private static final double NANOS = 1e9;
  private static final Duration[] BOUNDS =
      Stream.of(1, 5, 25, 100, 500, 2_500, 10_000).map(Duration::ofMillis).toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Counter repaired;
  private final Timer passes;
  private final Timer kernel;
  private final Timer attach;
  private final AtomicReference<@Nullable Duration> startToReady = new AtomicReference<>();

  /** Metrics with all counters at zero. */
  public AgentMetrics() {
    new FileDescriptorMetrics().bindTo(registry);
    FunctionCounter.builder("weft.agent.netlink.messages", this, _ -> Netlink.messagesSent())
        .description("Messages sent to the kernel")
        .register(registry);
    FunctionCounter.builder("weft.agent.netlink.time", this, _ -> Netlink.nanosSpent() / NANOS)
        .baseUnit("seconds")
        .description("Spent in calls of the kernel through netlink")
        .register(registry);
    FunctionCounter.builder("weft.agent.netlink.errors", this, _ -> Netlink.refusals())
        .description("Refusals of the kernel, including those for objects that had just gone")
        .register(registry);
    FunctionCounter.builder("weft.agent.netlink.unreadable", this, _ -> Netlink.unreadable())
        .description("Entries of the kernel that could not be decoded and were skipped")
        .register(registry);
    repaired =
        Counter.builder("weft.agent.drift.repaired")
            .description("Changes by other programs that the agent repaired")
            .register(registry);
    passes =
        Timer.builder("weft.agent.reconcile.duration")
            .description("Passes over the node")
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    kernel =
        Timer.builder("weft.agent.kernel")
            .description("Time that passes take to read the kernel and to change it")
            .register(registry);
    attach =
        Timer.builder("weft.agent.attach")
            .description("From a runtime's report of a new sandbox until it is wired, or refused")
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
  }

  /** Adds a gauge; its value is computed when it is read. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder("weft.agent." + name, value).description(description).register(registry);
  }

  /** Counts a request to the API server. */
  public void apiRequest(HttpRequest request) {
    Counter.builder("weft.agent.api.requests")
        .description("Requests to the API server")
        .tags(List.of(Tag.of("method", request.method()), Tag.of("resource", resource(request))))
        .register(registry)
        .increment();
  }

  /** Counts a stored object of this kind that is partly unreadable. */
  public void unreadable(String kind) {
    Counter.builder("weft.agent.unreadable.objects")
        .description("Stored objects found unreadable in part, which counts as absent")
        .tag("kind", kind)
        .register(registry)
        .increment();
  }

  /** Runs and times a pass over the node. */
  public <T> T pass(Supplier<T> pass) {
    return passes.record(pass);
  }

  /** Runs and times the kernel changes of a pass. */
  public <T> T kernel(Supplier<T> work) {
    return kernel.record(work);
  }

  /** Runs and times the handling of a new sandbox, until the answer to the runtime. */
  public <T> T attach(Supplier<T> work) {
    return attach.record(work);
  }

  /** Counts repaired changes by other programs. */
  public void driftRepaired(int count) {
    repaired.increment(count);
  }

  /** Marks the end of the first pass; only the first call counts. */
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

  /** Time from the start of the process to the end of the first pass; null before that. */
  public @Nullable Duration startToReady() {
    return startToReady.get();
  }

  /** All metrics in Prometheus' text format. */
  public String scrape() {
    Supervised.failures()
        .keySet()
        .forEach(name ->
            FunctionCounter.builder(
                    "weft.thread.restarts", name, it -> Supervised.failures().getOrDefault(it, 0L))
                .description("Failures of a thread, each followed by another run")
                .tag("thread", name)
                .register(registry));
    return registry.scrape();
  }

  /**
   * The plural resource name in the path, with {@code /status} or {@code watch} where it applies.
   */
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
