package dev.weft.operator.mesh;

import dev.weft.api.Identity;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.Reason;
import dev.weft.operator.event.ForeignWrite;
import dev.weft.operator.event.NetworkEvents;
import dev.weft.operator.event.StatusChange;
import dev.weft.operator.kube.ConditionalWrites;
import dev.weft.operator.kube.PagedLists;
import dev.weft.operator.node.AgentSource;
import dev.weft.operator.node.NodeAgent;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes a MeshNode without a Node and a live agent, and one that another node's agent wrote; its
 * own agent then recreates it. Sets the current Node of the same name as the owner of each
 * MeshNode, because a Node may be deleted and registered again while its agent lives.
 */
@ControllerConfiguration(name = "meshnode", fieldManager = "weft-operator")
public final class MeshNodeReconciler implements Reconciler<MeshNode> {
  private static final Logger log = LoggerFactory.getLogger(MeshNodeReconciler.class);

  /**
   * Wait after the expiry of the 40 s lease, so that a dead node leaves the mesh within a minute.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final KubernetesClient client;
  private final NetworkEvents events;
  private final MeshMembers claims = new MeshMembers();
  private final String leaseNamespace;
  private final Clock clock;
  private @Nullable InformerEventSource<Node, MeshNode> nodes;
  private @Nullable IndexerResourceCache<MeshNode> meshNodes;
  private @Nullable AgentSource<MeshNode> agents;

  /**
   * Creates the reconciler.
   *
   * @param leaseNamespace namespace of the agents' leases
   */
  public MeshNodeReconciler(KubernetesClient client, String leaseNamespace, Clock clock) {
    this.client = client;
    this.leaseNamespace = leaseNamespace;
    this.clock = clock;
    this.events = new NetworkEvents(client, clock);
  }

  @Override
  public List<EventSource<?, MeshNode>> prepareEventSources(EventSourceContext<MeshNode> context) {
    InformerEventSource<Node, MeshNode> owners =
        new InformerEventSource<>(
            PagedLists.from(Node.class, MeshNode.class)
                .withName("owners")
                .withSecondaryToPrimaryMapper(
                    node -> Set.of(new ResourceID(node.getMetadata().getName())))
                .withOnUpdateFilter((now, before) -> false)
                .build(),
            context);
    AgentSource<MeshNode> leases =
        new AgentSource<>(
            context.getClient(), leaseNamespace, clock, node -> Set.of(new ResourceID(node)));
    nodes = owners;
    meshNodes = context.getPrimaryCache();
    agents = leases;
    return List.of(owners, leases);
  }

  @Override
  public UpdateControl<MeshNode> reconcile(MeshNode meshNode, Context<MeshNode> context) {
    Optional<Node> node = context.getSecondaryResource(Node.class);
    node.filter(each -> !isOwnedBy(meshNode, each)).ifPresent(each -> own(meshNode, each));
    NodeAgent agent = Objects.requireNonNull(agents).agent(meshNode.getMetadata().getName());
    Instant deadSince = agent.deadSince();
    if (node.isEmpty() && deadSince != null) {
      Duration left = Duration.between(clock.instant(), end(meshNode, deadSince));
      if (left.isPositive()) {
        return UpdateControl.<MeshNode>noUpdate().rescheduleAfter(left.plusMillis(1));
      }
      if (isGone(meshNode.getMetadata().getName()) && !hasContainers(meshNode)) {
        ConditionalWrites.delete(client, meshNode);
        log.atInfo()
            .addKeyValue("node", meshNode.getMetadata().getName())
            .log("left the mesh: the node is gone");
        return UpdateControl.noUpdate();
      }
    }
    Identity.contradiction(meshNode)
        .ifPresent(wrong ->
            events.record(
                meshNode,
                StatusChange.warning(
                    Reason.FOREIGN_WRITE, wrong + "; it is ignored until that is corrected")));
    conflict(meshNode)
        .ifPresent(why -> events.record(meshNode, StatusChange.warning(Reason.NODE_CONFLICT, why)));
    ForeignWrite.of(meshNode, Objects.requireNonNull(nodes).list().toList())
        .ifPresent(wrong -> {
          String why = wrong + "; it is removed; find out who has an agent's token";
          events.record(meshNode, StatusChange.warning(Reason.FOREIGN_WRITE, why));
          ConditionalWrites.delete(client, meshNode);
          log.atWarn().addKeyValue("node", meshNode.getMetadata().getName()).log(why);
        });
    return UpdateControl.noUpdate();
  }

  /** Conflict with another node that owns the same VTEP address or public key. */
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

  private boolean isGone(String node) {
    return client.nodes().withName(node).get() == null;
  }

  /**
   * Time from which a dead node may be removed. It is after the creation, because an agent
   * publishes its MeshNode before its first lease is seen.
   */
  private static Instant end(MeshNode meshNode, Instant deadSince) {
    Instant created = Instant.parse(meshNode.getMetadata().getCreationTimestamp());
    return (created.isAfter(deadSince) ? created : deadSince).plus(PATIENCE);
  }

  /**
   * Whether an engine runs attached containers on the node. Such a host needs no Node, and its
   * containers keep running without its agent.
   */
  private boolean hasContainers(MeshNode meshNode) {
    return client
        .resources(NetworkEndpoint.class)
        .withLabel(Names.NODE_LABEL, meshNode.getMetadata().getName())
        .list()
        .getItems()
        .stream()
        .map(each -> each.getSpec().sandbox())
        .anyMatch(sandbox -> sandbox != null && sandbox.podUid() == null);
  }

  private static boolean isOwnedBy(MeshNode meshNode, Node node) {
    return meshNode.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .toList()
        .equals(List.of(node.getMetadata().getUid()));
  }

  private void own(MeshNode meshNode, Node node) {
    Map<String, Object> metadata =
        Map.of(
            "uid",
            meshNode.getMetadata().getUid(),
            "ownerReferences",
            List.of(
                new OwnerReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("Node")
                    .withName(node.getMetadata().getName())
                    .withUid(node.getMetadata().getUid())
                    .build()));
    client
        .resources(MeshNode.class)
        .withName(meshNode.getMetadata().getName())
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            client.getKubernetesSerialization().asJson(Map.of("metadata", metadata)));
  }
}
