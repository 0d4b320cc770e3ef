package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.Names;
import dev.weft.api.Reason;
import dev.weft.operator.allocation.AllocationCache;
import dev.weft.operator.event.NetworkEvents;
import dev.weft.operator.kube.ConditionalWrites;
import dev.weft.operator.mesh.OwnMesh;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Observes a network, decides, records the decision in its status, and carries it out. */
@ControllerConfiguration(
    name = "containernetwork",
    finalizerName = Names.NETWORK_FINALIZER,
    fieldManager = ConditionalWrites.FIELD_MANAGER)
public final class ContainerNetworkReconciler
    implements Reconciler<ContainerNetwork>, Cleaner<ContainerNetwork> {
  private final String leaseNamespace;
  private final Clock clock;
  private final AllocationCache ledger = new AllocationCache();
  private final StatusWriter statuses;
  private final HostNetworkWriter hostNetworks;
  private final Orphans orphans;
  private final IdleGrace idle = new IdleGrace();
  private final OwnMesh ownMesh;
  private @Nullable NetworkSources sources;

  /**
   * Creates the reconciler.
   *
   * @param leaseNamespace namespace of the agents' leases
   */
  public ContainerNetworkReconciler(KubernetesClient client, String leaseNamespace, Clock clock) {
    this.leaseNamespace = leaseNamespace;
    this.clock = clock;
    NetworkEvents events = new NetworkEvents(client, clock);
    this.statuses = new StatusWriter(events);
    this.hostNetworks = new HostNetworkWriter(client);
    this.orphans = new Orphans(client, events, clock);
    this.ownMesh = new OwnMesh(client);
  }

  @Override
  public List<EventSource<?, ContainerNetwork>> prepareEventSources(
      EventSourceContext<ContainerNetwork> context) {
    sources = new NetworkSources(context, leaseNamespace, clock);
    return sources.all();
  }

  @Override
  public UpdateControl<ContainerNetwork> reconcile(
      ContainerNetwork network, Context<ContainerNetwork> context) {
    ObservedNetwork observed = sources().observe(network);
    Decision decision =
        Decision.of(
            observed, (each, pools) -> ledger.allocate(each, sources()::networks, pools), clock);
    statuses.write(network, decision.status(), context);
    if (observed.mesh() == null && OwnMesh.isNeededBy(network)) {
      ownMesh.make();
    }
    IdleGrace.Due due = idle.due(observed, decision.hostNetworks(), clock.instant());
    hostNetworks.carryOut(due.hostNetworks());
    UpdateControl<ContainerNetwork> done = UpdateControl.noUpdate();
    Stream.concat(orphans.collect(observed, sources()).stream(), due.next().stream())
        .min(Comparator.naturalOrder())
        .map(this::until)
        .ifPresent(done::rescheduleAfter);
    return done;
  }

  @Override
  public DeleteControl cleanup(ContainerNetwork network, Context<ContainerNetwork> context) {
    idle.forget(network.getMetadata().getName());
    ObservedNetwork observed = sources().observe(network);
    Optional<Duration> again = orphans.collect(observed, sources()).map(this::until);
    return switch (Teardown.of(observed)) {
      case Teardown.EndpointsRemain(String message) -> {
        say(network, Reason.ENDPOINTS_REMAIN, message, context);
        DeleteControl wait = DeleteControl.noFinalizerRemoval();
        again.ifPresent(wait::rescheduleAfter);
        yield wait;
      }
      case Teardown.OnNodes(HostNetworkChanges changes, String message) -> {
        say(network, Reason.NODES_TAKE_DOWN, message, context);
        hostNetworks.carryOut(changes);
        yield DeleteControl.noFinalizerRemoval();
      }
      // an agent may have written a HostNetwork that no cache shows yet; its event triggers a
      // further reconciliation
      case Teardown.Done() ->
          hostNetworks.isGone(network.getMetadata().getName())
              ? DeleteControl.defaultDelete()
              : DeleteControl.noFinalizerRemoval();
    };
  }

  /** All networks in the cache. */
  public Collection<ContainerNetwork> networks() {
    return sources == null ? List.of() : sources.networks();
  }

  private void say(
      ContainerNetwork network, Reason reason, String message, Context<ContainerNetwork> context) {
    statuses.write(network, Deletion.status(network, reason, message, clock), context);
  }

  private Duration until(Instant time) {
    Duration left = Duration.between(clock.instant(), time).plusMillis(1);
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  private NetworkSources sources() {
    return Objects.requireNonNull(sources, "event sources are prepared before the first reconcile");
  }
}
