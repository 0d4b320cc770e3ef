package dev.weft.agent.node;

import dev.weft.agent.cluster.ApiWrites;
import dev.weft.agent.cluster.ClusterCaches;
import dev.weft.agent.cluster.ServerSideApply;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.api.Kernel;
import dev.weft.api.MeshMembers;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.MeshNodeStatus;
import dev.weft.mesh.keys.KeyReport;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetAddress;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes this node as a {@link MeshNode}, whenever its content changes. */
public final class NodePublisher {
  private static final Logger LOG = LoggerFactory.getLogger(NodePublisher.class);

  private final KubernetesClient client;
  private final ClusterCaches cluster;
  private final ApiWrites writes;
  private final Kernel kernel;
  private final OwnNode self;
  private final Runnable moved;

  /**
   * Publishes the node of {@code cluster}.
   *
   * @param kernel capabilities of the node's kernel
   * @param moved runs when {@code self} has other addresses than when it was read last
   */
  public NodePublisher(
      KubernetesClient client,
      ClusterCaches cluster,
      ApiWrites writes,
      Kernel kernel,
      OwnNode self,
      Runnable moved) {
    this.client = client;
    this.cluster = cluster;
    this.writes = writes;
    this.kernel = kernel;
    this.self = self;
    this.moved = moved;
  }

  /**
   * Publishes the node with this underlay, unless the API already has the same content.
   *
   * @param keys the report on the keys of encrypted networks, empty if there are none
   */
  public void publish(LocalVtep underlay, Optional<KeyReport> keys) {
    String key = "node " + cluster.node();
    if (!isPublished(underlay, keys)) {
      writes.submit(key, () -> write(underlay, keys));
    } else {
      writes.withdraw(key);
    }
  }

  private boolean isPublished(LocalVtep underlay, Optional<KeyReport> keys) {
    Optional<MeshNode> published = cluster.meshNodes().get(cluster.node());
    MeshNodeSpec spec = MeshNodes.spec(underlay, kernel, keys);
    return published
        .filter(each -> spec.equals(each.getSpec()))
        .filter(each -> status(each, underlay, keys).equals(each.getStatus()))
        .isPresent();
  }

  private void write(LocalVtep underlay, Optional<KeyReport> keys) {
    MeshNode wanted = new MeshNode();
    wanted.setMetadata(metadata());
    wanted.setSpec(MeshNodes.spec(underlay, kernel, keys));
    MeshNode stored = client.resource(wanted).patch(ServerSideApply.forced());
    MeshNode status = new MeshNode();
    status.setMetadata(new ObjectMetaBuilder().withName(cluster.node()).build());
    status.setStatus(status(stored, underlay, keys));
    MeshNode _ =
        client
            .resources(MeshNode.class)
            .withName(cluster.node())
            .subresource("status")
            .patch(ServerSideApply.forced(), status);
    LOG.atInfo().addKeyValue("node", cluster.node()).log("node published: {}", wanted.getSpec());
  }

  private MeshNodeStatus status(MeshNode stored, LocalVtep underlay, Optional<KeyReport> keys) {
    Optional<String> conflict =
        Optional.ofNullable(cluster.members().refused().get(cluster.node()))
            .map(MeshMembers.Conflict::why);
    return MeshNodes.status(
        stored, underlay, conflict, cluster.txChecksum(), keys, Clock.systemUTC());
  }

  private ObjectMeta metadata() {
    ObjectMeta metadata = new ObjectMetaBuilder().withName(cluster.node()).build();
    List<InetAddress> before = UnderlayChoices.internalAddresses(self.last());
    Optional<Node> registered = self.read();
    if (!UnderlayChoices.internalAddresses(registered).equals(before)) {
      moved.run();
    }
    registered.ifPresent(node ->
        metadata
            .getOwnerReferences()
            .add(
                new OwnerReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("Node")
                    .withName(node.getMetadata().getName())
                    .withUid(node.getMetadata().getUid())
                    .build()));
    return metadata;
  }
}
