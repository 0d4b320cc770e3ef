package dev.weft.operator.network;

import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.SandboxReference;
import dev.weft.api.ServiceReference;
import dev.weft.operator.node.NodeFacts;
import java.util.ArrayList;
import java.util.List;

/** Progress of a network's deletion. */
sealed interface Teardown {
  /** Endpoints still exist, so the deletion waits. */
  record EndpointsRemain(String message) implements Teardown {}

  /** Nodes are taking the network down. */
  record OnNodes(HostNetworkChanges changes, String message) implements Teardown {}

  /** No node has any part of the network. */
  record Done() implements Teardown {}

  int NAMED = 5;

  static Teardown of(ObservedNetwork observed) {
    if (!observed.endpoints().isEmpty()) {
      return new EndpointsRemain(endpoints(observed.endpoints()));
    }
    if (!observed.hostNetworks().isEmpty()) {
      return new OnNodes(HostNetworkChanges.removal(observed), nodes(observed));
    }
    return new Done();
  }

  private static String endpoints(List<NetworkEndpoint> endpoints) {
    List<String> pods =
        endpoints.stream()
            .map(each -> holder(each.getSpec(), each.getMetadata().getName()))
            .distinct()
            .sorted()
            .toList();
    return "deletion waits for attachments: %s; delete them"
        .formatted(String.join(", ", limited(pods)));
  }

  private static String holder(NetworkEndpointSpec spec, String endpoint) {
    ServiceReference service = spec.service();
    if (service != null) {
      return "OverlayService %s/%s".formatted(service.namespace(), service.name());
    }
    SandboxReference sandbox = spec.sandbox();
    return sandbox == null || sandbox.pod() == null
        ? "endpoint " + endpoint
        : sandbox.namespace() + "/" + sandbox.pod();
  }

  private static String nodes(ObservedNetwork observed) {
    List<String> nodes =
        observed.hostNetworks().stream()
            .map(ObservedNetwork::nodeOf)
            .map(observed::node)
            .map(Teardown::node)
            .sorted()
            .toList();
    return "deletion waits for nodes to take it down: %s"
        .formatted(String.join(", ", limited(nodes)));
  }

  private static String node(NodeFacts node) {
    return node.downBecause().map(why -> node.name() + " (" + why + ")").orElse(node.name());
  }

  private static List<String> limited(List<String> names) {
    if (names.size() <= NAMED) {
      return names;
    }
    List<String> some = new ArrayList<>(names.subList(0, NAMED));
    some.add("and " + (names.size() - NAMED) + " more");
    return some;
  }
}
