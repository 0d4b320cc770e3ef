package dev.weft.operator.mesh;

import dev.weft.api.MeshNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes a MeshNode whose Node is gone. Kubernetes' own garbage collector does the same where it
 * runs; a MeshNode without an owner has no Node to lose and stays.
 */
@ControllerConfiguration(name = "meshnode", fieldManager = "weft-operator")
public final class MeshNodeReconciler implements Reconciler<MeshNode> {
  private static final Logger log = LoggerFactory.getLogger(MeshNodeReconciler.class);

  private final KubernetesClient client;

  public MeshNodeReconciler(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public List<EventSource<?, MeshNode>> prepareEventSources(EventSourceContext<MeshNode> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Node.class, MeshNode.class)
                .withName("owners")
                .withSecondaryToPrimaryMapper(
                    node -> Set.of(new ResourceID(node.getMetadata().getName())))
                .withOnUpdateFilter((now, before) -> false)
                .build(),
            context));
  }

  @Override
  public UpdateControl<MeshNode> reconcile(MeshNode meshNode, Context<MeshNode> context) {
    Optional<OwnerReference> owner =
        meshNode.getMetadata().getOwnerReferences().stream()
            .filter(each -> each.getKind().equals("Node"))
            .findFirst();
    boolean cached = context.getSecondaryResource(Node.class).isPresent();
    if (owner.isPresent() && !cached && isGone(owner.get())) {
      client
          .resource(meshNode)
          .lockResourceVersion(meshNode.getMetadata().getResourceVersion())
          .delete();
      log.atInfo()
          .addKeyValue("node", meshNode.getMetadata().getName())
          .log("left the mesh: the node is gone");
    }
    return UpdateControl.noUpdate();
  }

  private boolean isGone(OwnerReference owner) {
    return client.nodes().withName(owner.getName()).get() == null;
  }
}
