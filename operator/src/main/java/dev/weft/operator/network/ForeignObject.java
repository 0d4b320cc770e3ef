package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.EndpointAddress;
import dev.weft.api.HostNetwork;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.Subnet;
import dev.weft.operator.kube.ConditionalWrites;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An object that no program of Weft writes: it contradicts its own name, or holds an address that
 * its network cannot have allocated.
 *
 * @param why reason in words for a user
 */
record ForeignObject(HasMetadata object, String why) {
  /** The endpoint as a foreign object, if its address is invalid on {@code network}. */
  static Optional<ForeignObject> of(NetworkEndpoint endpoint, ContainerNetwork network) {
    ContainerNetworkStatus status = network.getStatus();
    List<EffectiveSubnet> held = status == null ? null : status.subnets();
    String uid = network.getMetadata().getUid();
    if (held == null || held.isEmpty() || !Objects.equals(endpoint.getSpec().networkUid(), uid)) {
      return Optional.empty();
    }
    List<Subnet> subnets =
        held.stream()
            .map(each -> new Subnet(each.cidr(), each.gateway(), null, null, null))
            .toList();
    return EndpointAddress.objection(endpoint.getSpec(), subnets, uid)
        .map(why ->
            new ForeignObject(
                endpoint,
                "NetworkEndpoint %s: %s".formatted(endpoint.getMetadata().getName(), why)));
  }

  /**
   * Deletes the object unless it has changed. No agent handles it, so its finalizers are removed,
   * too.
   */
  boolean remove(KubernetesClient client) {
    if (!ConditionalWrites.delete(client, object)) {
      return false;
    }
    if (object instanceof HostNetwork hostNetwork && !hostNetwork.getFinalizers().isEmpty()) {
      client
          .resources(HostNetwork.class)
          .withName(object.getMetadata().getName())
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"metadata\":{\"uid\":\"%s\",\"finalizers\":null}}"
                  .formatted(object.getMetadata().getUid()));
    }
    return true;
  }
}
