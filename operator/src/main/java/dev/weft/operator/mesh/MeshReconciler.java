package dev.weft.operator.mesh;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.KeyPhase;
import dev.weft.api.Mesh;
import dev.weft.api.MeshKeys;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshStatus;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimited;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports whether the Mesh is valid, counts its nodes and networks, and drives the key rotation.
 * Every agent watches the status, so acknowledgements of many nodes are written together.
 */
// an annotation requests a rotation, and does not change the generation
@ControllerConfiguration(
    name = "mesh",
    fieldManager = "weft-operator",
    generationAwareEventProcessing = false)
@RateLimited(maxReconciliations = 5, within = 1)
public final class MeshReconciler implements Reconciler<Mesh> {
  private static final Logger log = LoggerFactory.getLogger(MeshReconciler.class);

  private final String leaseNamespace;
  private final KeyMetrics metrics;
  private final Clock clock;
  private final PhaseClock phases = new PhaseClock();
  private @Nullable MeshSources sources;

  /**
   * Creates the reconciler.
   *
   * @param leaseNamespace namespace of the agents' leases
   */
  public MeshReconciler(String leaseNamespace, KeyMetrics metrics, Clock clock) {
    this.leaseNamespace = leaseNamespace;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, Mesh>> prepareEventSources(EventSourceContext<Mesh> context) {
    MeshSources made = new MeshSources(context, leaseNamespace, clock);
    sources = made;
    return made.all();
  }

  @Override
  public UpdateControl<Mesh> reconcile(Mesh mesh, Context<Mesh> context) {
    MeshMembers.Settled settled = sources().nodes();
    List<MeshNode> nodes = List.copyOf(settled.members().values());
    List<ContainerNetwork> overlays = sources().overlays();
    boolean encrypted = overlays.stream().anyMatch(OwnMesh::isNeededBy);
    if (!encrypted && OwnMesh.is(mesh)) {
      new OwnMesh(context.getClient()).remove(mesh);
      metrics.show(null);
      return UpdateControl.noUpdate();
    }
    Keys keys =
        encrypted
            ? Keys.of(mesh, new KeyHolders(nodes, sources().alive(nodes)), phases, clock.instant())
            : Keys.NONE;
    metrics.show(keys.state());
    MeshStatus status =
        MeshStatuses.of(
            mesh,
            new MeshStatuses.Counts(nodes.size(), overlays.size()),
            keys,
            overlays.isEmpty()
                ? Optional.empty()
                : Families.mixed(nodes)
                    .map(why -> new MeshStatuses.Flaw(Reason.INVALID, why))
                    .or(() -> MeshStatuses.conflict(settled)),
            clock);
    return again(write(mesh, status), keys);
  }

  private UpdateControl<Mesh> write(Mesh mesh, MeshStatus status) {
    if (status.equals(mesh.getStatus())) {
      return UpdateControl.noUpdate();
    }
    Mesh fresh = new Mesh();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withName(mesh.getMetadata().getName())
            // epoch and phase must never go back, even with a stale cache
            .withResourceVersion(mesh.getMetadata().getResourceVersion())
            .build());
    fresh.setStatus(status);
    MeshKeys keys = status.keys();
    log.atInfo()
        .addKeyValue("mesh", mesh.getMetadata().getName())
        .addKeyValue("nodes", status.nodes())
        .addKeyValue("networks", status.networks())
        .addKeyValue("epoch", keys == null ? null : keys.epoch())
        .addKeyValue("phase", keys == null ? null : keys.phase())
        .addKeyValue("acknowledged", keys == null ? null : keys.summary())
        .log("mesh changed");
    return UpdateControl.patchStatus(fresh);
  }

  /**
   * Reschedules for the end of the epoch, or for the time when the rotation is stuck or stops
   * waiting.
   */
  private UpdateControl<Mesh> again(UpdateControl<Mesh> done, Keys keys) {
    MeshKeys state = keys.state();
    if (state == null) {
      return done;
    }
    Stream<Instant> due =
        KeyPhase.IDLE.toString().equals(state.phase())
            ? Stream.ofNullable(keys.wake())
            : Stream.of(KeyConditions.stuckFrom(state), Objects.requireNonNull(keys.wake()));
    return due.map(then -> Duration.between(clock.instant(), then).plusMillis(1))
        .filter(Duration::isPositive)
        .min(Comparator.naturalOrder())
        .map(done::rescheduleAfter)
        .orElse(done);
  }

  private MeshSources sources() {
    return Objects.requireNonNull(sources, "event sources are prepared before the first reconcile");
  }
}
