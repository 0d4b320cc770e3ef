package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.api.Protocol;
import dev.weft.api.ServicePort;
import dev.weft.api.ServiceReference;
import dev.weft.api.SessionAffinity;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A virtual address of a service.
 *
 * @param service its service, as namespace/name
 * @param ports balanced ports; empty for all ports, each to the same port of the task
 * @param affine whether a client always reaches the same task
 */
record VirtualIp(IpAddress address, String service, List<Port> ports, boolean affine) {
  VirtualIp {
    ports = List.copyOf(ports);
  }

  /**
   * A balanced port.
   *
   * @param protocol tcp or udp
   * @param port at the virtual address
   * @param target at the task
   */
  record Port(String protocol, int port, int target) {}

  /** Whether an endpoint belongs to a service. */
  static boolean is(NetworkEndpoint endpoint) {
    return endpoint.getSpec() != null && endpoint.getSpec().service() != null;
  }

  /** The virtual address that an endpoint holds; empty if it holds none or is malformed. */
  static Optional<VirtualIp> of(NetworkEndpoint endpoint) {
    NetworkEndpointSpec spec = endpoint.getSpec();
    ServiceReference service = spec == null ? null : spec.service();
    if (service == null || spec.address() == null) {
      return Optional.empty();
    }
    try {
      String text = spec.address();
      return Optional.of(
          new VirtualIp(
              IpAddress.parse(text.substring(0, (text + "/").indexOf('/'))),
              service.namespace() + "/" + service.name(),
              ports(service.ports()),
              SessionAffinity.of(service.sessionAffinity())
                  .filter(SessionAffinity.CLIENT_IP::equals)
                  .isPresent()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Port> ports(@Nullable List<ServicePort> given) {
    List<Port> ports = new ArrayList<>();
    for (ServicePort each : given == null ? List.<ServicePort>of() : given) {
      if (each.port() != null) {
        boolean udp = Protocol.of(each.protocol()).filter(Protocol.UDP::equals).isPresent();
        ports.add(
            new Port(
                udp ? "udp" : "tcp",
                each.port(),
                Objects.requireNonNullElse(each.targetPort(), each.port())));
      }
    }
    return ports;
  }
}
