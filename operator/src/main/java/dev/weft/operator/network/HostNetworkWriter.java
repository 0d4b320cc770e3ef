package dev.weft.operator.network;

import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.Identity;
import dev.weft.api.MeshNode;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.operator.kube.ConditionalWrites;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies and deletes HostNetworks, and removes finalizers of gone nodes. */
final class HostNetworkWriter {
  private static final Logger log = LoggerFactory.getLogger(HostNetworkWriter.class);

  private final KubernetesClient client;

  HostNetworkWriter(KubernetesClient client) {
    this.client = client;
  }

  void carryOut(HostNetworkChanges changes) {
    changes.apply().forEach(this::apply);
    changes.delete().forEach(this::delete);
    changes.forget().forEach(this::forget);
  }

  /** Whether the API server itself, not only the cache, has no HostNetwork of {@code network}. */
  boolean isGone(String network) {
    return client
        .resources(HostNetwork.class)
        .withLabel(Names.NETWORK_LABEL, network)
        .list()
        .getItems()
        .stream()
        .noneMatch(each -> Identity.contradiction(each).isEmpty());
  }

  private void apply(HostNetwork wanted) {
    HostNetwork stored =
        client
            .resource(wanted)
            .fieldManager(ConditionalWrites.FIELD_MANAGER)
            .forceConflicts()
            .serverSideApply();
    if (!Objects.equals(stored.getSpec(), wanted.getSpec())) {
      replaceSpec(stored, wanted.getSpec());
    }
    log(wanted, "wrote the HostNetwork of the node");
  }

  /**
   * Replaces the whole spec, which belongs to the operator. A server-side apply removes only fields
   * that this operator applied before. A field that another manager wrote as well stays, such as
   * one of an agent that was first.
   */
  private void replaceSpec(HostNetwork stored, HostNetworkSpec spec) {
    String uid = stored.getMetadata().getUid();
    HostNetwork _ =
        client
            .resource(stored)
            .patch(
                PatchContext.of(PatchType.JSON),
                client
                    .getKubernetesSerialization()
                    .asJson(
                        List.of(
                            Map.of("op", "test", "path", "/metadata/uid", "value", uid),
                            Map.of("op", "replace", "path", "/spec", "value", spec))));
  }

  private void delete(HostNetwork unwanted) {
    if (isInUse(unwanted)) {
      return;
    }
    if (ConditionalWrites.delete(client, unwanted)) {
      log(unwanted, "deletes the HostNetwork of the node");
    }
  }

  /**
   * Whether endpoints use the network on its node. The API server is queried, because the cache may
   * not show a new endpoint yet.
   */
  private boolean isInUse(HostNetwork hostNetwork) {
    String node = ObservedNetwork.nodeOf(hostNetwork);
    boolean endpoints =
        client
            .resources(NetworkEndpoint.class)
            .withLabels(
                Map.of(
                    Names.NETWORK_LABEL,
                    String.valueOf(hostNetwork.getSpec().network()),
                    Names.NODE_LABEL,
                    node))
            .list()
            .getItems()
            .stream()
            .anyMatch(each -> Identity.contradiction(each).isEmpty());
    return endpoints && !isGoneNode(node);
  }

  private void forget(HostNetwork lost) {
    if (!isGoneNode(ObservedNetwork.nodeOf(lost))) {
      return;
    }
    try {
      client
          .resource(lost)
          .edit(each -> {
            if (each.getMetadata().getUid().equals(lost.getMetadata().getUid())) {
              each.removeFinalizer(Names.NODE_FINALIZER);
            }
            return each;
          });
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
    log(lost, "forgot the node, which is gone");
  }

  private boolean isGoneNode(String node) {
    return client.nodes().withName(node).get() == null
        && client.resources(MeshNode.class).withName(node).get() == null;
  }

  private static void log(HostNetwork hostNetwork, String what) {
    log.atInfo()
        .addKeyValue("network", hostNetwork.getSpec().network())
        .addKeyValue("node", hostNetwork.getSpec().node())
        .log(what);
  }
}
