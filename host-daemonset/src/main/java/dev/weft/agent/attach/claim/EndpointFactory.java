package dev.weft.agent.attach.claim;

import dev.weft.api.IpAddress;
import dev.weft.api.Names;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpecBuilder;
import dev.weft.mesh.Macs;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;
import java.util.Optional;

/** Builds the NetworkEndpoints by which a node claims addresses. Pure. */
record EndpointFactory(String node) {
  /** The endpoint that claims an address for a holder. */
  NetworkEndpoint endpoint(
      Want want, AssignableAddresses pool, IpAddress address, EndpointClaimer.HeldEndpoint held) {
    NetworkEndpoint endpoint = new NetworkEndpoint();
    endpoint.setMetadata(
        new ObjectMetaBuilder()
            .withName(Names.endpoint(want.name(), address))
            .withLabels(Map.of(Names.NETWORK_LABEL, want.name(), Names.NODE_LABEL, node))
            .addNewOwnerReference()
            .withApiVersion(want.network().getApiVersion())
            .withKind(want.network().getKind())
            .withName(want.name())
            .withUid(want.network().getMetadata().getUid())
            .endOwnerReference()
            .build());
    endpoint.setSpec(
        NetworkEndpointSpecBuilder.builder()
            .network(want.name())
            .networkUid(want.network().getMetadata().getUid())
            .node(node)
            .sandbox(want.holder().reference())
            .address(pool.withPrefix(address).orElseThrow())
            .mac(mac(want, held, address))
            .interfaceName(held.link())
            .build());
    return endpoint;
  }

  private static String mac(Want want, EndpointClaimer.HeldEndpoint held, IpAddress address) {
    String asked = want.attachment().mac();
    if (asked != null) {
      return asked;
    }
    return held.endpoints().stream()
        .flatMap(each -> Optional.ofNullable(each.getSpec().mac()).stream())
        .findFirst()
        .orElseGet(() -> Macs.of(address.toInetAddress()).toString());
  }
}
