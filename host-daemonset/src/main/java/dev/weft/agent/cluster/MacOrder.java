package dev.weft.agent.cluster;

import dev.weft.agent.sandbox.AddressOwner;
import dev.weft.api.EndpointAddress;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.NetworkEndpointSpec;
import dev.weft.mesh.Macs;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of several endpoints of a network holds a MAC address, equally on every node. The
 * winner is the endpoint with the address that the MAC address is derived from, else the oldest.
 * The API server or the endpoint's name fixes both, so no endpoint can move ahead later.
 */
public final class MacOrder {
  private static final Comparator<NetworkEndpoint> ORDER =
      Comparator.comparing((NetworkEndpoint each) -> !isDerived(each))
          .thenComparing(each -> String.valueOf(each.getMetadata().getCreationTimestamp()))
          .thenComparing(each -> String.valueOf(each.getMetadata().getUid()));

  private MacOrder() {}

  /**
   * The first of {@code rivals} that belongs to another interface and comes before the endpoint's.
   * An interface ranks as the first of its addresses: with both families, its MAC address is
   * derived from the IPv4 address alone.
   */
  static Optional<NetworkEndpoint> before(NetworkEndpoint endpoint, List<NetworkEndpoint> rivals) {
    NetworkEndpoint own =
        rivals.stream()
            .filter(each -> isSameInterface(each, endpoint))
            .filter(each -> ORDER.compare(each, endpoint) < 0)
            .min(ORDER)
            .orElse(endpoint);
    return rivals.stream()
        .filter(each -> !isSameInterface(each, endpoint))
        .filter(each -> ORDER.compare(each, own) < 0)
        .min(ORDER);
  }

  /** The MAC address of an endpoint in lower case; null if it has none. */
  static @Nullable String mac(NetworkEndpoint endpoint) {
    String mac = endpoint.getSpec() == null ? null : endpoint.getSpec().mac();
    return mac == null ? null : mac.toLowerCase(Locale.ROOT);
  }

  /** Whether both are addresses of one interface, and so share a MAC address. */
  static boolean isSameInterface(NetworkEndpoint one, NetworkEndpoint other) {
    NetworkEndpointSpec a = one.getSpec();
    NetworkEndpointSpec b = other.getSpec();
    return Objects.equals(one.getMetadata().getName(), other.getMetadata().getName())
        || (Objects.equals(a.node(), b.node())
            && Objects.equals(AddressOwner.ownerOf(one), AddressOwner.ownerOf(other))
            && Objects.equals(a.interfaceName(), b.interfaceName()));
  }

  /** Error message for an endpoint that requests the MAC address of {@code holder}. */
  public static String refusal(NetworkEndpoint holder) {
    return "MAC address %s on network %s is held by %s (NetworkEndpoint %s); ask for another"
        .formatted(
            mac(holder),
            holder.getSpec().network(),
            holder.getSpec().sandbox() == null
                ? "another"
                : new AddressOwner(holder.getSpec().sandbox()),
            holder.getMetadata().getName());
  }

  /** Whether the MAC address of an endpoint is derived from its address. */
  public static boolean isDerived(NetworkEndpoint endpoint) {
    String mac = mac(endpoint);
    return EndpointAddress.of(endpoint.getSpec())
        .map(each -> Macs.of(each.toInetAddress()).toString())
        .filter(each -> each.equals(mac))
        .isPresent();
  }
}
