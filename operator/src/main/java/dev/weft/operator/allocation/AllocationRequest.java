package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Request of one network for an allocation.
 *
 * @param created creation time as the API server writes it, which sorts as text
 * @param subnets blocks that the user set; empty: Weft chooses
 * @param vni identifier that the user set; null: Weft chooses
 * @param device the device that the user named; null: none
 * @param held allocation that the network already holds
 */
public record AllocationRequest(
    String name,
    String uid,
    String created,
    Driver driver,
    List<Cidr> subnets,
    @Nullable Integer vni,
    @Nullable DeviceRequest device,
    NetworkAllocation held)
    implements Comparable<AllocationRequest> {
  private static final Comparator<AllocationRequest> AGE =
      Comparator.comparing(AllocationRequest::created).thenComparing(AllocationRequest::uid);

  public AllocationRequest {
    subnets = List.copyOf(subnets);
  }

  /** The request of {@code network}, which holds {@code held}; empty for an unknown driver. */
  static Optional<AllocationRequest> of(ContainerNetwork network, NetworkAllocation held) {
    var spec = network.getSpec();
    if (spec == null) {
      return Optional.empty();
    }
    OverlayOptions overlay = spec.overlay();
    List<Subnet> subnets = spec.subnets() == null ? List.of() : spec.subnets();
    return Driver.of(spec.driver())
        .map(driver ->
            new AllocationRequest(
                network.getMetadata().getName(),
                network.getMetadata().getUid(),
                Objects.requireNonNullElse(network.getMetadata().getCreationTimestamp(), ""),
                driver,
                subnets.stream()
                    .map(Subnet::cidr)
                    .filter(Objects::nonNull)
                    .flatMap(NetworkAllocation::block)
                    .toList(),
                overlay == null ? null : overlay.vni(),
                DeviceRequest.of(driver, spec).orElse(null),
                held));
  }

  AllocationRequest withHeld(NetworkAllocation grant) {
    return new AllocationRequest(name, uid, created, driver, subnets, vni, device, grant);
  }

  boolean needsSubnets() {
    return driver != Driver.HOST && held.subnets().isEmpty();
  }

  boolean needsVni() {
    return driver == Driver.OVERLAY && held.vni() == null;
  }

  /** Whether it requests another device than it holds. */
  boolean needsDevice() {
    return !Objects.equals(device == null ? null : device.name(), held.device());
  }

  boolean isSettled() {
    return !needsSubnets() && !needsVni() && !needsDevice();
  }

  /** Device that the network still holds, even after the user named another one. */
  Optional<DeviceRequest> heldDevice() {
    return Optional.ofNullable(held.device())
        .map(name ->
            device == null
                ? new DeviceRequest(name, true, Map.of())
                : new DeviceRequest(name, device.exclusive(), device.nodeSelector()));
  }

  boolean isOlderThan(AllocationRequest other) {
    return compareTo(other) < 0;
  }

  /** Orders the older first; within the same second, the lower UID first. */
  @Override
  public int compareTo(AllocationRequest other) {
    return AGE.compare(this, other);
  }
}
