package dev.weft.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the name and labels of an object match its content. Names are locks, and labels
 * select who reads an object, so Weft ignores an object that contradicts itself. Each method
 * returns the problem in words for a user; empty if there is none.
 */
public final class Identity {
  private Identity() {}

  /** Contradiction within an endpoint. */
  public static Optional<String> contradiction(NetworkEndpoint endpoint) {
    NetworkEndpointSpec spec = endpoint.getSpec();
    if (spec == null || spec.network() == null || spec.address() == null) {
      return Optional.of("NetworkEndpoint %s has no network or no address".formatted(of(endpoint)));
    }
    return address(endpoint, spec)
        .or(() -> label(endpoint, Names.NETWORK_LABEL, spec.network()))
        .or(() ->
            spec.service() == null
                ? label(endpoint, Names.NODE_LABEL, spec.node()).or(() -> mac(endpoint, spec))
                : service(endpoint, spec));
  }

  private static Optional<String> address(NetworkEndpoint endpoint, NetworkEndpointSpec spec) {
    String text = Objects.requireNonNull(spec.address());
    Optional<IpAddress> address = EndpointAddress.of(spec);
    if (address.isEmpty()) {
      return Optional.of(
          "NetworkEndpoint %s has the address '%s', which is not an address such as 10.10.0.2/24"
              .formatted(of(endpoint), brief(text)));
    }
    String name = Names.endpoint(Objects.requireNonNull(spec.network()), address.get());
    return name.equals(endpoint.getMetadata().getName())
        ? Optional.empty()
        : Optional.of(
            "NetworkEndpoint %s holds the address %s of network %s, and must be named %s"
                .formatted(of(endpoint), address.get(), brief(spec.network()), brief(name)));
  }

  private static Optional<String> mac(NetworkEndpoint endpoint, NetworkEndpointSpec spec) {
    try {
      if (spec.mac() != null) {
        String _ = MacAddress.parse(spec.mac());
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(
          "NetworkEndpoint %s has the MAC address '%s': %s"
              .formatted(of(endpoint), brief(spec.mac()), e.getMessage()));
    }
  }

  /** Checks that the address of a service names no node, sandbox, MAC address or interface. */
  private static Optional<String> service(NetworkEndpoint endpoint, NetworkEndpointSpec spec) {
    boolean onNode =
        spec.node() != null
            || spec.sandbox() != null
            || spec.mac() != null
            || spec.interfaceName() != null
            || labels(endpoint).containsKey(Names.NODE_LABEL);
    return onNode
        ? Optional.of(
            "NetworkEndpoint %s is of a service and of a node; an address has one holder"
                .formatted(of(endpoint)))
        : Optional.empty();
  }

  /** Contradiction within a HostNetwork. */
  public static Optional<String> contradiction(HostNetwork hostNetwork) {
    HostNetworkSpec spec = hostNetwork.getSpec();
    if (spec == null || spec.network() == null || spec.node() == null) {
      // it is for no node, but its deletion must still be handled
      return Optional.empty();
    }
    String name = Names.hostNetwork(spec.network(), spec.node());
    if (!name.equals(hostNetwork.getMetadata().getName())) {
      return Optional.of(
          "HostNetwork %s is for network %s and node %s, and must be named %s"
              .formatted(of(hostNetwork), brief(spec.network()), brief(spec.node()), brief(name)));
    }
    return label(hostNetwork, Names.NETWORK_LABEL, spec.network())
        .or(() -> label(hostNetwork, Names.NODE_LABEL, spec.node()))
        .or(() -> owner(hostNetwork, spec));
  }

  private static Optional<String> owner(HostNetwork hostNetwork, HostNetworkSpec spec) {
    boolean agree =
        owners(hostNetwork).stream()
            .filter(each -> "ContainerNetwork".equals(each.getKind()))
            .allMatch(each ->
                Objects.equals(each.getName(), spec.network())
                    && Objects.equals(each.getUid(), spec.networkUid()));
    return agree
        ? Optional.empty()
        : Optional.of(
            "HostNetwork %s has another owner than the network that it is for"
                .formatted(of(hostNetwork)));
  }

  /**
   * Contradiction within a MeshNode: its owner is a Node of another name, or its VTEP address is
   * not unicast.
   */
  public static Optional<String> contradiction(MeshNode node) {
    boolean agree =
        owners(node).stream()
            .filter(each -> "Node".equals(each.getKind()))
            .allMatch(each -> Objects.equals(each.getName(), node.getMetadata().getName()));
    if (!agree) {
      return Optional.of("MeshNode %s has another Node as its owner".formatted(of(node)));
    }
    String vtep = node.getSpec() == null ? null : node.getSpec().vtep();
    return vtep == null || isUnicast(vtep)
        ? Optional.empty()
        : Optional.of(
            "MeshNode %s says that its tunnels end at '%s', which is no address of one machine"
                .formatted(of(node), brief(vtep)));
  }

  /** Whether {@code text} is the unicast address of a machine that others can reach. */
  private static boolean isUnicast(String text) {
    try {
      IpAddress address = IpAddress.parse(text);
      byte[] bytes = address.bytes();
      if (address.isIpv4()) {
        int first = bytes[0] & 0xff;
        return first != 0 && first != 127 && first < 224;
      }
      boolean isLinkLocal = bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
      // ::/96 holds the unspecified and the loopback address, ::ffff:0:0/96 the IPv4-mapped ones
      boolean isLow = address.value().bitLength() <= 48;
      return bytes[0] != (byte) 0xff && !isLinkLocal && !isLow;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Optional<String> label(HasMetadata object, String key, @Nullable String value) {
    String label = labels(object).get(key);
    return value != null && value.equals(label)
        ? Optional.empty()
        : Optional.of(
            "%s %s has the label %s=%s, and its content says '%s'"
                .formatted(object.getKind(), of(object), key, brief(label), brief(value)));
  }

  private static Map<String, String> labels(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? Map.of() : labels;
  }

  private static List<OwnerReference> owners(HasMetadata object) {
    List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
    return owners == null ? List.of() : owners;
  }

  private static String of(HasMetadata object) {
    return brief(object.getMetadata().getName());
  }

  private static String brief(@Nullable String text) {
    String all = String.valueOf(text);
    return all.length() <= 80 ? all : all.substring(0, 80) + "…";
  }
}
