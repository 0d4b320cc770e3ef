package dev.weft.operator.mesh;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.Identity;
import dev.weft.api.KeyProgress;
import dev.weft.api.Mesh;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.operator.kube.PagedLists;
import dev.weft.operator.node.AgentSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Watches of the Mesh reconciler. */
final class MeshSources {
  private static final ResourceID MESH = new ResourceID(Names.MESH);

  private final InformerEventSource<MeshNode, Mesh> nodes;
  private final InformerEventSource<ContainerNetwork, Mesh> networks;
  private final AgentSource<Mesh> agents;
  private final MeshMembers claims = new MeshMembers();

  MeshSources(EventSourceContext<Mesh> context, String leaseNamespace, Clock clock) {
    nodes =
        ofMesh(
            MeshNode.class,
            (now, before) ->
                !Objects.equals(now.getSpec(), before.getSpec())
                    || !Objects.equals(progress(now), progress(before)),
            context);
    networks =
        ofMesh(
            ContainerNetwork.class,
            (now, before) -> !Objects.equals(now.getSpec(), before.getSpec()),
            context);
    agents = new AgentSource<>(context.getClient(), leaseNamespace, clock, node -> Set.of(MESH));
  }

  List<EventSource<?, Mesh>> all() {
    return List.of(nodes, networks, agents);
  }

  /** The valid MeshNodes, and the conflicts of the others. */
  MeshMembers.Settled nodes() {
    return claims.settle(
        nodes.list().filter(each -> Identity.contradiction(each).isEmpty()).toList());
  }

  List<ContainerNetwork> overlays() {
    return networks.list().filter(MeshStatuses::isOverlay).toList();
  }

  /** Names of the nodes with a live agent. */
  Set<String> alive(Collection<MeshNode> some) {
    return some.stream()
        .map(node -> node.getMetadata().getName())
        .filter(name -> agents.agent(name).isAlive())
        .collect(Collectors.toSet());
  }

  private static @Nullable KeyProgress progress(MeshNode node) {
    return node.getStatus() == null ? null : node.getStatus().keys();
  }

  private static <R extends HasMetadata> InformerEventSource<R, Mesh> ofMesh(
      Class<R> type, OnUpdateFilter<R> matters, EventSourceContext<Mesh> context) {
    return new InformerEventSource<>(
        PagedLists.from(type, Mesh.class)
            .withName("mesh-" + type.getSimpleName())
            .withSecondaryToPrimaryMapper(any -> Set.of(MESH))
            .withPrimaryToSecondaryMapper((Mesh mesh) -> Set.of())
            .withOnUpdateFilter(matters)
            .build(),
        context);
  }
}
