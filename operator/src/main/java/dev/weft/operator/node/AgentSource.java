package dev.weft.operator.node;

import dev.weft.operator.kube.PagedLists;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Triggers the dependents of a node when its agent dies or returns, and only then. A renewed lease
 * only moves a timer.
 *
 * @param <P> kind that is reconciled
 */
public final class AgentSource<P extends HasMetadata> extends AbstractEventSource<Lease, P>
    implements ResourceEventHandler<Lease> {
  private static final Logger log = LoggerFactory.getLogger(AgentSource.class);

  private final KubernetesClient client;
  private final String namespace;
  private final Clock clock;
  private final AgentLeases leases;
  private final Function<String, Set<ResourceID>> dependents;
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("agent-leases").factory());
  private final Map<String, ScheduledFuture<?>> expiries = new HashMap<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private @Nullable SharedIndexInformer<Lease> informer;

  /**
   * Creates a source on the leases of agents.
   *
   * @param namespace namespace of the leases
   * @param dependents resources that depend on a node
   */
  public AgentSource(
      KubernetesClient client,
      String namespace,
      Clock clock,
      Function<String, Set<ResourceID>> dependents) {
    super(Lease.class, "agents");
    this.client = client;
    this.namespace = namespace;
    this.clock = clock;
    this.leases = new AgentLeases(clock);
    this.dependents = dependents;
  }

  public NodeAgent agent(String node) {
    return leases.agent(node);
  }

  /** Waits for the first list, however long it takes. */
  @Override
  public void start() {
    CompletionStage<Void> listed = list();
    if (listed == null) {
      return;
    }
    CompletableFuture.anyOf(listed.toCompletableFuture(), stopped).join();
    super.start();
  }

  private synchronized @Nullable CompletionStage<Void> list() {
    if (informer != null || stopped.isDone()) {
      return null;
    }
    SharedIndexInformer<Lease> leasesOfAgents =
        client.leases().inNamespace(namespace).withLimit(PagedLists.PAGE).runnableInformer(0);
    leasesOfAgents.exceptionHandler((_, _) -> true);
    leasesOfAgents.addEventHandler(this);
    informer = leasesOfAgents;
    return leasesOfAgents.start();
  }

  @Override
  public synchronized void stop() {
    stopped.complete(null);
    if (informer != null) {
      informer.stop();
    }
    timers.shutdownNow();
    super.stop();
  }

  @Override
  public Set<Lease> getSecondaryResources(P any) {
    return Set.of();
  }

  @Override
  public void onAdd(Lease lease) {
    AgentLeases.node(lease).ifPresent(node -> renewed(node, lease));
  }

  @Override
  public void onUpdate(Lease before, Lease lease) {
    onAdd(lease);
  }

  @Override
  public void onDelete(Lease lease, boolean finalStateUnknown) {
    AgentLeases.node(lease)
        .ifPresent(node -> {
          leases.deleted(node);
          wake(node);
        });
  }

  private void renewed(String node, Lease lease) {
    boolean returned = leases.renewed(node, lease);
    expectExpiry(node);
    if (returned) {
      wake(node);
    }
  }

  /** Handles an expiry and logs a failure, which the timer would swallow. */
  private void changed(String node) {
    try {
      expired(node);
    } catch (RuntimeException e) {
      log.atError().addKeyValue("node", node).setCause(e).log("a node's agent is not watched");
    }
  }

  private void expired(String node) {
    if (leases.agent(node).isAlive()) {
      expectExpiry(node);
    } else {
      wake(node);
    }
  }

  private synchronized void expectExpiry(String node) {
    Duration left = Duration.between(clock.instant(), leases.expiry(node));
    if (left.isNegative() || timers.isShutdown()) {
      return;
    }
    ScheduledFuture<?> before =
        expiries.put(
            node, timers.schedule(() -> changed(node), left.toMillis() + 1, TimeUnit.MILLISECONDS));
    if (before != null) {
      before.cancel(false);
    }
  }

  private void wake(String node) {
    dependents.apply(node).forEach(each -> getEventHandler().handleEvent(new Event(each)));
  }
}
