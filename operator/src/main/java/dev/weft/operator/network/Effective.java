package dev.weft.operator.network;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Driver;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.HostNetworks;
import dev.weft.api.IpAddress;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import dev.weft.operator.allocation.NetworkAllocation;
import dev.weft.operator.mesh.MeshSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values of an allocated network, all defaults filled in.
 *
 * @param port UDP port; null: not an overlay
 * @param mtu bytes; null: the MTU of the parent interface
 * @param device node device that the user named; null: none
 */
record Effective(
    @Nullable String driver,
    @Nullable List<EffectiveSubnet> subnets,
    @Nullable Integer vni,
    @Nullable Integer port,
    @Nullable Integer mtu,
    @Nullable String device) {
  private static final int ETHERNET_MTU = 1500;

  /** Values recorded in {@code status}. */
  static Effective recorded(@Nullable ContainerNetworkStatus status) {
    return status == null
        ? new Effective(null, null, null, null, null, null)
        : new Effective(
            status.driver(),
            status.subnets(),
            status.vni(),
            status.port(),
            status.mtu(),
            status.device());
  }

  static Effective of(ObservedNetwork observed, NetworkAllocation grant, MeshSettings settings) {
    ContainerNetworkSpec spec = observed.spec();
    Driver driver = observed.driver();
    List<EffectiveSubnet> subnets =
        grant.subnets().stream().map(cidr -> subnet(cidr, spec)).toList();
    return new Effective(
        driver.toString(),
        subnets.isEmpty() ? null : subnets,
        grant.vni(),
        driver == Driver.OVERLAY ? settings.port(isEncrypted(spec), observed.heldPort()) : null,
        mtu(observed),
        grant.device());
  }

  Effective withPort(@Nullable Integer other) {
    return new Effective(driver, subnets, vni, other, mtu, device);
  }

  ContainerNetworkStatus onTo(ContainerNetworkStatusBuilder status) {
    return status
        .driver(driver)
        .subnets(subnets)
        .vni(vni)
        .port(port)
        .mtu(mtu)
        .device(device)
        .build();
  }

  static boolean isEncrypted(ContainerNetworkSpec spec) {
    OverlayOptions overlay = spec.overlay();
    return overlay != null && Boolean.TRUE.equals(overlay.encrypted());
  }

  private static @Nullable Integer mtu(ObservedNetwork observed) {
    Integer asked = observed.spec().mtu();
    if (asked != null) {
      return asked;
    }
    return switch (observed.driver()) {
      case OVERLAY -> OverlayMtu.of(observed).map(OverlayMtu::bytes).orElse(null);
      case BRIDGE -> ETHERNET_MTU;
      case MACVLAN, HOST -> null;
    };
  }

  private static EffectiveSubnet subnet(Cidr cidr, ContainerNetworkSpec spec) {
    Optional<Subnet> asked =
        Objects.requireNonNullElse(spec.subnets(), List.<Subnet>of()).stream()
            .filter(each -> cidr.toString().equals(canonical(each)))
            .findFirst();
    Subnet subnet = asked.orElse(new Subnet(cidr.toString(), null, null, null, null));
    return new EffectiveSubnet(
        cidr.toString(),
        HostNetworks.gateway(spec, subnet).map(IpAddress::toString).orElse(null),
        asked.isEmpty());
  }

  private static String canonical(Subnet subnet) {
    return Cidr.parse(Objects.requireNonNull(subnet.cidr())).toString();
  }
}
