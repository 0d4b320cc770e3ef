package dev.weft.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the name and the labels of an object agree with its content. Names are locks and labels
 * decide who reads an object, so one that contradicts itself counts as none, whoever wrote it.
 * Every method returns what is wrong, in words for a user; empty: nothing is.
 */
public final class Identity {
  private Identity() {}

  /** What is wrong with an endpoint, by itself. */
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
          "NetworkEndpoint %s has the address '%s', which is none such as 10.10.0.2/24"
              .formatted(of(endpoint), brief(text)));
    }
    String name = Names.endpoint(Objects.requireNonNull(spec.network()), address.get());
    return name.equals(endpoint.getMetadata().getName())
        ? Optional.empty()
        : Optional.of(
            "NetworkEndpoint %s holds the address %s of network %s, whose name is %s"
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

  /** An address of a service is on no node, and nothing on a node has it. */
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

  /** What is wrong with a HostNetwork on its own. */
  public static Optional<String> contradiction(HostNetwork hostNetwork) {
    HostNetworkSpec spec = hostNetwork.getSpec();
    if (spec == null || spec.network() == null || spec.node() == null) {
      // it is for no node, and its deletion must still be answered
      return Optional.empty();
    }
    String name = Names.hostNetwork(spec.network(), spec.node());
    if (!name.equals(hostNetwork.getMetadata().getName())) {
      return Optional.of(
          "HostNetwork %s is for network %s and node %s, whose name is %s"
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

  /** What is wrong with a node of the mesh, by itself: its name is that of its node. */
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

  /** Whether a text is the address of one machine that others reach. */
  private static boolean isUnicast(String text) {
    try {
      IpAddress address = IpAddress.parse(text);
      byte[] bytes = address.bytes();
      if (address.isIpv4()) {
        int first = bytes[0] & 0xff;
        return first != 0 && first != 127 && first < 224;
      }
      boolean isLinkLocal = bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
      // ::/96 holds unspecified and loopback, ::ffff:0:0/96 is IPv4 in another dress
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
