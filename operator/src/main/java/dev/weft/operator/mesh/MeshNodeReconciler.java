package dev.weft.operator.mesh;

import dev.weft.api.Identity;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.Reason;
import dev.weft.operator.event.ForeignWrite;
import dev.weft.operator.event.NetworkEvents;
import dev.weft.operator.event.StatusChange;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes a MeshNode whose Node is gone, and one that another node's agent wrote, whose own agent
 * writes it anew. Kubernetes' own garbage collector does the former where it runs; a MeshNode
 * without an owner has no Node to lose and stays.
 */
@ControllerConfiguration(name = "meshnode", fieldManager = "weft-operator")
public final class MeshNodeReconciler implements Reconciler<MeshNode> {
  private static final Logger log = LoggerFactory.getLogger(MeshNodeReconciler.class);

  private final KubernetesClient client;
  private final NetworkEvents events;
  private final MeshMembers claims = new MeshMembers();
  private @Nullable InformerEventSource<Node, MeshNode> nodes;
  private @Nullable IndexerResourceCache<MeshNode> meshNodes;

  public MeshNodeReconciler(KubernetesClient client, Clock clock) {
    this.client = client;
    this.events = new NetworkEvents(client, clock);
  }

  @Override
  public List<EventSource<?, MeshNode>> prepareEventSources(EventSourceContext<MeshNode> context) {
    InformerEventSource<Node, MeshNode> owners =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Node.class, MeshNode.class)
                .withName("owners")
                .withSecondaryToPrimaryMapper(
                    node -> Set.of(new ResourceID(node.getMetadata().getName())))
                .withOnUpdateFilter((now, before) -> false)
                .build(),
            context);
    nodes = owners;
    meshNodes = context.getPrimaryCache();
    return List.of(owners);
  }

  @Override
  public UpdateControl<MeshNode> reconcile(MeshNode meshNode, Context<MeshNode> context) {
    Optional<OwnerReference> owner =
        meshNode.getMetadata().getOwnerReferences().stream()
            .filter(each -> "Node".equals(each.getKind()))
            .findFirst();
    boolean cached = context.getSecondaryResource(Node.class).isPresent();
    if (owner.isPresent() && !cached && isGone(owner.get())) {
      remove(meshNode);
      log.atInfo()
          .addKeyValue("node", meshNode.getMetadata().getName())
          .log("left the mesh: the node is gone");
      return UpdateControl.noUpdate();
    }
    Identity.contradiction(meshNode)
        .ifPresent(wrong ->
            events.record(
                meshNode,
                StatusChange.warning(
                    Reason.FOREIGN_WRITE, wrong + "; it counts as none until that is mended")));
    conflict(meshNode)
        .ifPresent(why -> events.record(meshNode, StatusChange.warning(Reason.NODE_CONFLICT, why)));
    ForeignWrite.of(meshNode, Objects.requireNonNull(nodes).list().toList())
        .ifPresent(wrong -> {
          String why = wrong + "; it is removed, see who has an agent's token";
          events.record(meshNode, StatusChange.warning(Reason.FOREIGN_WRITE, why));
          remove(meshNode);
          log.atWarn().addKeyValue("node", meshNode.getMetadata().getName()).log(why);
        });
    return UpdateControl.noUpdate();
  }

  /** What is another node's, and named by this one as well. */
  private Optional<String> conflict(MeshNode meshNode) {
    MeshMembers.Settled settled =
        claims.settle(
            Objects.requireNonNull(meshNodes)
                .list()
                .filter(each -> Identity.contradiction(each).isEmpty())
                .toList());
    return Optional.ofNullable(settled.refused().get(meshNode.getMetadata().getName()))
        .map(MeshMembers.Conflict::why);
  }

  private void remove(MeshNode meshNode) {
    try {
      client
          .resource(meshNode)
          .lockResourceVersion(meshNode.getMetadata().getResourceVersion())
          .delete();
    } catch (KubernetesClientException e) {
      // one that has changed meanwhile wakes us again
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  private boolean isGone(OwnerReference owner) {
    return client.nodes().withName(owner.getName()).get() == null;
  }
}
