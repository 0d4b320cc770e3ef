package dev.weft.operator.allocation;

import dev.weft.api.BridgeOptions;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.Driver;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Node device that a network names: a bridge that it creates, or the parent of its macvlan
 * interfaces.
 *
 * @param exclusive whether no other network of the driver can use the device
 * @param nodeSelector labels of the nodes that the network selects; empty: all nodes
 */
record DeviceRequest(String name, boolean exclusive, Map<String, String> nodeSelector) {
  DeviceRequest {
    nodeSelector = Map.copyOf(nodeSelector);
  }

  /** The device that {@code spec} names; empty if it names none. */
  static Optional<DeviceRequest> of(Driver driver, ContainerNetworkSpec spec) {
    Map<String, String> nodes = Objects.requireNonNullElse(spec.nodeSelector(), Map.of());
    BridgeOptions bridge = spec.bridge();
    MacvlanOptions macvlan = spec.macvlan();
    return switch (driver) {
      case BRIDGE ->
          Optional.ofNullable(bridge == null ? null : bridge.name())
              .map(name -> new DeviceRequest(name, true, nodes));
      case MACVLAN ->
          Optional.ofNullable(macvlan == null ? null : parent(macvlan))
              .map(name -> new DeviceRequest(name, isPassthru(macvlan), nodes));
      case HOST, OVERLAY -> Optional.empty();
    };
  }

  private static @Nullable String parent(MacvlanOptions macvlan) {
    return macvlan.parent() == null || macvlan.vlan() == null
        ? macvlan.parent()
        : MacvlanOptions.vlanDevice(macvlan.parent(), macvlan.vlan());
  }

  private static boolean isPassthru(@Nullable MacvlanOptions macvlan) {
    return macvlan != null && MacvlanMode.PASSTHRU.toString().equals(macvlan.mode());
  }

  /** Whether the two exclude each other on a node and their selectors can match the same node. */
  boolean conflictsWith(DeviceRequest other) {
    return name.equals(other.name)
        && (exclusive || other.exclusive)
        && nodeSelector.entrySet().stream()
            .allMatch(label ->
                label
                    .getValue()
                    .equals(other.nodeSelector.getOrDefault(label.getKey(), label.getValue())));
  }
}
