package dev.weft.operator.network;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.Driver;
import java.util.Collection;
import java.util.Comparator;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * UDP port that an overlay keeps if the Mesh names none: its own, or that of the oldest overlay of
 * its kind, which the firewalls between the nodes let pass. A default that changes with a version
 * moves no network.
 */
final class HeldPort {
  private static final Comparator<ContainerNetwork> AGE =
      Comparator.comparing((ContainerNetwork each) ->
              Objects.requireNonNullElse(each.getMetadata().getCreationTimestamp(), ""))
          .thenComparing(each -> each.getMetadata().getUid());

  private HeldPort() {}

  /**
   * Null if no overlay of the kind has a port.
   *
   * @param all networks of the cluster; called only if {@code network} has no port
   */
  static @Nullable Integer of(
      ContainerNetwork network, Supplier<Collection<ContainerNetwork>> all) {
    if (!isOverlay(network)) {
      return null;
    }
    Integer own = port(network);
    return own != null
        ? own
        : all.get().stream()
            .filter(HeldPort::isOverlay)
            .filter(each -> isEncrypted(each) == isEncrypted(network))
            .filter(each -> port(each) != null)
            .min(AGE)
            .map(HeldPort::port)
            .orElse(null);
  }

  private static boolean isOverlay(ContainerNetwork network) {
    ContainerNetworkSpec spec = network.getSpec();
    return spec != null && Driver.of(spec.driver()).filter(Driver.OVERLAY::equals).isPresent();
  }

  private static boolean isEncrypted(ContainerNetwork network) {
    return network.getSpec() != null && Effective.isEncrypted(network.getSpec());
  }

  private static @Nullable Integer port(ContainerNetwork network) {
    ContainerNetworkStatus status = network.getStatus();
    return status == null ? null : status.port();
  }
}
