package dev.weft.agent.desired;

import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts endpoints of the API to endpoints of the data plane. It omits malformed ones; they do
 * not affect the others.
 */
final class EndpointSpecs {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointSpecs.class);

  private EndpointSpecs() {}

  /**
   * A sandbox's interfaces on one network, each with the addresses that the sandbox holds for it.
   *
   * @param endpoints the network's endpoints on this node
   * @param wayOut the interface with the default route, if it is one of these
   */
  static List<LocalEndpoint> local(
      Sandbox sandbox, List<NetworkEndpoint> endpoints, Optional<String> wayOut) {
    Map<String, List<NetworkEndpointSpec>> byInterface = new TreeMap<>();
    endpoints.stream()
        .filter(each -> isOf(sandbox, each))
        .sorted(Comparator.comparing(each -> each.getMetadata().getName()))
        .map(NetworkEndpoint::getSpec)
        .forEach(each -> {
          if (each.interfaceName() != null) {
            byInterface.computeIfAbsent(each.interfaceName(), _ -> new ArrayList<>()).add(each);
          }
        });
    return byInterface.entrySet().stream()
        .flatMap(each ->
            local(
                sandbox,
                each.getKey(),
                each.getValue(),
                wayOut.filter(each.getKey()::equals).isPresent())
                .stream())
        .toList();
  }

  private static Optional<LocalEndpoint> local(
      Sandbox sandbox, String link, List<NetworkEndpointSpec> held, boolean defaultRoute) {
    String mac = held.getFirst().mac();
    if (mac == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LocalEndpoint(
              sandbox.endpoint(link),
              sandbox.netns(),
              link,
              MacAddress.parse(mac),
              held.stream()
                  .flatMap(each -> Optional.ofNullable(each.address()).stream())
                  .map(IpPrefix::parse)
                  .toList(),
              defaultRoute));
    } catch (IllegalArgumentException e) {
      LOG.atDebug()
          .addKeyValue("network", held.getFirst().network())
          .addKeyValue("sandbox", sandbox)
          .log("an endpoint is malformed: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * An endpoint of another node; empty while the tunnel to that node is unknown.
   *
   * @param vteps finds the tunnel address of a node
   */
  static Optional<RemoteEndpoint> remote(
      NetworkEndpoint endpoint, Function<String, Optional<InetAddress>> vteps) {
    NetworkEndpointSpec spec = endpoint.getSpec();
    if (spec == null || spec.node() == null || spec.address() == null || spec.mac() == null) {
      return Optional.empty();
    }
    try {
      InetAddress address = IpPrefix.parse(spec.address()).address();
      MacAddress mac = MacAddress.parse(spec.mac());
      return vteps.apply(spec.node()).map(vtep -> new RemoteEndpoint(address, mac, vtep));
    } catch (IllegalArgumentException e) {
      LOG.atDebug()
          .addKeyValue("network", spec.network())
          .addKeyValue("endpoint", endpoint.getMetadata().getName())
          .log("an endpoint is malformed: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** The endpoints of all nodes but {@code node}, by name. */
  static Map<String, RemoteEndpoint> remotes(
      String node, List<NetworkEndpoint> endpoints, Function<String, Optional<InetAddress>> vteps) {
    Map<String, RemoteEndpoint> remotes = new HashMap<>();
    for (NetworkEndpoint each : endpoints) {
      if (!isOn(node, each)) {
        remote(each, vteps).ifPresent(found -> remotes.put(each.getMetadata().getName(), found));
      }
    }
    return remotes;
  }

  static boolean isOn(String node, NetworkEndpoint endpoint) {
    return endpoint.getSpec() != null && node.equals(endpoint.getSpec().node());
  }

  private static boolean isOf(Sandbox sandbox, NetworkEndpoint endpoint) {
    return endpoint.getSpec() != null
        && endpoint.getSpec().sandbox() != null
        && sandbox.id().equals(endpoint.getSpec().sandbox().id());
  }
}
