package dev.weft.operator.kube;

import dev.weft.api.Conditions;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkStatusBuilder;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpecBuilder;
import dev.weft.api.Names;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Simulates the agents of nodes: publishes them, reports every HostNetwork as Ready at once, and
 * removes its finalizer when it is deleted. A node can report something else, or nothing.
 */
public final class Agents implements AutoCloseable, ResourceEventHandler<HostNetwork> {
  private final KubernetesClient client;
  private final SharedIndexInformer<HostNetwork> informer;
  private final Set<String> nodes = ConcurrentHashMap.newKeySet();
  private final Map<String, Condition> saying = new ConcurrentHashMap<>();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  Agents(KubernetesClient client) {
    this.client = client;
    this.informer = client.resources(HostNetwork.class).inform(this);
  }

  /** Adds healthy nodes with these names. */
  public void join(String... names) {
    for (String name : names) {
      join(name, 1500, List.of());
    }
  }

  public void join(String name, int mtu, List<String> routes) {
    renewLease(name, Duration.ofHours(1), Instant.now());
    nodes.add(name);
    introduce(name, mtu, routes);
  }

  /** Publishes the node as its agent would. */
  public void introduce(String name, int mtu, List<String> routes) {
    MeshNode meshNode = new MeshNode();
    meshNode.setMetadata(new ObjectMetaBuilder().withName(name).build());
    meshNode.setSpec(
        MeshNodeSpecBuilder.builder()
            .vtep("192.0.2." + (1 + Math.floorMod(name.hashCode(), 250)))
            .interfaceName("eth0")
            .mtu(mtu)
            .routes(routes)
            .build());
    client.resource(meshNode).fieldManager("agent").forceConflicts().serverSideApply();
  }

  public void renewLease(String node, Duration duration, Instant at) {
    client
        .leases()
        .inNamespace(Names.NAMESPACE)
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(Names.agentLease(node))
                .withNamespace(Names.NAMESPACE)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(node)
                .withLeaseDurationSeconds((int) duration.toSeconds())
                .withRenewTime(at.atZone(ZoneOffset.UTC))
                .endSpec()
                .build())
        .fieldManager("agent")
        .forceConflicts()
        .serverSideApply();
  }

  /** Pauses the node's agent until {@link #resume}. */
  public void silence(String node) {
    silent.add(node);
  }

  public void resume(String node) {
    silent.remove(node);
    informer.getStore().list().forEach(this::act);
  }

  /** Makes the node report this for all of its networks, instead of Ready. */
  public void say(String node, String type, String status, String message) {
    saying.put(
        node, Conditions.of(type, status, Reason.NEEDS_CHANGE, message, null, Clock.systemUTC()));
    informer.getStore().list().forEach(this::act);
  }

  @Override
  public void onAdd(HostNetwork hostNetwork) {
    act(hostNetwork);
  }

  @Override
  public void onUpdate(HostNetwork before, HostNetwork hostNetwork) {
    act(hostNetwork);
  }

  @Override
  public void onDelete(HostNetwork hostNetwork, boolean finalStateUnknown) {}

  @Override
  public void close() {
    informer.close();
  }

  private void act(HostNetwork hostNetwork) {
    String node = Objects.requireNonNull(hostNetwork.getSpec().node());
    if (!nodes.contains(node) || silent.contains(node)) {
      return;
    }
    try {
      if (hostNetwork.isMarkedForDeletion()) {
        client
            .resource(hostNetwork)
            .edit(each -> {
              each.removeFinalizer(Names.NODE_FINALIZER);
              return each;
            });
      } else {
        report(hostNetwork, node);
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
          && e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  private void report(HostNetwork hostNetwork, String node) {
    Condition condition =
        saying.getOrDefault(
            node,
            Conditions.of(
                Conditions.READY,
                Conditions.TRUE,
                Reason.LIVE,
                "as desired",
                null,
                Clock.systemUTC()));
    var status =
        HostNetworkStatusBuilder.builder()
            .observedGeneration(hostNetwork.getMetadata().getGeneration())
            .conditions(List.of(condition))
            .build();
    boolean same =
        hostNetwork.getStatus() != null
            && Objects.equals(
                hostNetwork.getStatus().observedGeneration(), status.observedGeneration())
            && Conditions.find(hostNetwork.getStatus().conditions(), condition.getType())
                .filter(each -> each.getStatus().equals(condition.getStatus()))
                .isPresent();
    if (same) {
      return;
    }
    HostNetwork fresh = new HostNetwork();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withName(hostNetwork.getMetadata().getName())
            .withUid(hostNetwork.getMetadata().getUid())
            .build());
    fresh.setSpec(hostNetwork.getSpec());
    fresh.setStatus(status);
    client
        .resource(fresh)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("agent")
                .withForce(true)
                .build());
  }
}
