package dev.weft.operator.mesh;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshStatus;
import dev.weft.api.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says whether the Mesh is valid and counts its nodes and networks. */
@ControllerConfiguration(name = "mesh", fieldManager = "weft-operator")
public final class MeshReconciler implements Reconciler<Mesh> {
  private static final Logger log = LoggerFactory.getLogger(MeshReconciler.class);
  private static final ResourceID MESH = new ResourceID(Names.MESH);

  private final Clock clock;
  private @Nullable InformerEventSource<MeshNode, Mesh> nodes;
  private @Nullable InformerEventSource<ContainerNetwork, Mesh> networks;

  public MeshReconciler(Clock clock) {
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, Mesh>> prepareEventSources(EventSourceContext<Mesh> context) {
    InformerEventSource<MeshNode, Mesh> meshNodes = counted(MeshNode.class, context);
    InformerEventSource<ContainerNetwork, Mesh> all = counted(ContainerNetwork.class, context);
    nodes = meshNodes;
    networks = all;
    return List.of(meshNodes, all);
  }

  @Override
  public UpdateControl<Mesh> reconcile(Mesh mesh, Context<Mesh> context) {
    int nodeCount = (int) Objects.requireNonNull(nodes).list().count();
    int overlays =
        (int) Objects.requireNonNull(networks).list().filter(MeshStatuses::isOverlay).count();
    MeshStatus status = MeshStatuses.of(mesh, nodeCount, overlays, clock);
    if (status.equals(mesh.getStatus())) {
      return UpdateControl.noUpdate();
    }
    Mesh fresh = new Mesh();
    fresh.setMetadata(new ObjectMetaBuilder().withName(mesh.getMetadata().getName()).build());
    fresh.setStatus(status);
    log.atInfo()
        .addKeyValue("mesh", mesh.getMetadata().getName())
        .addKeyValue("nodes", nodeCount)
        .addKeyValue("networks", overlays)
        .log("mesh changed");
    return UpdateControl.patchStatus(fresh);
  }

  private static <R extends HasMetadata> InformerEventSource<R, Mesh> counted(
      Class<R> type, EventSourceContext<Mesh> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, Mesh.class)
            .withName("mesh-" + type.getSimpleName())
            .withSecondaryToPrimaryMapper(any -> Set.of(MESH))
            .withPrimaryToSecondaryMapper((Mesh mesh) -> Set.of())
            // only how many there are is told
            .withOnUpdateFilter((now, before) -> false)
            .build(),
        context);
  }
}
