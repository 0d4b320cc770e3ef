package dev.weft.api;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Derives HostNetworks from the spec of a network and its allocated values. */
public final class HostNetworks {
  private HostNetworks() {}

  /**
   * The HostNetwork of {@code node} with spec, labels, owner and finalizer, all defaults filled in.
   * It depends only on the network's spec and status, so operator and agents write the same object.
   *
   * @param network one that is valid and {@link #isAllocated allocated}
   * @throws IllegalArgumentException if it is not
   */
  public static HostNetwork of(ContainerNetwork network, String node) {
    if (!isAllocated(network)) {
      throw new IllegalArgumentException(
          "network %s has not been given its subnets or its VNI yet"
              .formatted(network.getMetadata().getName()));
    }
    HostNetwork hostNetwork = new HostNetwork();
    hostNetwork.setMetadata(metadata(network.getMetadata(), network, node));
    hostNetwork.setSpec(spec(network, driver(network.getSpec()), node));
    return hostNetwork;
  }

  /**
   * Whether the status records everything that the driver needs: subnets (except for host), VNI and
   * port (overlay).
   */
  public static boolean isAllocated(ContainerNetwork network) {
    ContainerNetworkStatus status = network.getStatus();
    boolean subnets = status != null && status.subnets() != null && !status.subnets().isEmpty();
    return switch (driver(network.getSpec())) {
      case HOST -> true;
      case BRIDGE, MACVLAN -> subnets;
      case OVERLAY -> subnets && status.vni() != null && status.port() != null;
    };
  }

  /**
   * Gateway of a subnet: the given one; else the first usable address on a bridge that is not
   * isolated; else none.
   *
   * @throws IllegalArgumentException if the driver or an address cannot be read
   */
  public static Optional<IpAddress> gateway(ContainerNetworkSpec spec, Subnet subnet) {
    if (subnet.gateway() != null) {
      return Optional.of(IpAddress.parse(subnet.gateway()));
    }
    return switch (driver(spec)) {
      case BRIDGE ->
          gatewayMode(spec.bridge()) == GatewayMode.ISOLATED
              ? Optional.empty()
              : Optional.of(Cidr.parse(required(subnet.cidr(), "cidr")).usable().first());
      case OVERLAY, MACVLAN, HOST -> Optional.empty();
    };
  }

  private static ObjectMeta metadata(ObjectMeta owner, ContainerNetwork network, String node) {
    return new ObjectMetaBuilder()
        .withName(Names.hostNetwork(owner.getName(), node))
        .addToLabels(Names.NETWORK_LABEL, owner.getName())
        .addToLabels(Names.NODE_LABEL, node)
        .withFinalizers(Names.NODE_FINALIZER)
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion(network.getApiVersion())
                .withKind(network.getKind())
                .withName(owner.getName())
                .withUid(owner.getUid())
                .withController(true)
                .build())
        .build();
  }

  private static HostNetworkSpec spec(ContainerNetwork network, Driver driver, String node) {
    ContainerNetworkSpec wanted = network.getSpec();
    ContainerNetworkStatus status = network.getStatus();
    HostNetworkSpecBuilder spec =
        HostNetworkSpecBuilder.builder()
            .network(network.getMetadata().getName())
            .networkUid(network.getMetadata().getUid())
            .networkGeneration(network.getMetadata().getGeneration())
            .node(node)
            .driver(driver.toString())
            .mode(Mode.isPlan(wanted.mode()) ? Mode.PLAN.toString() : null);
    if (driver == Driver.HOST) {
      return spec.build();
    }
    spec.subnets(subnets(wanted, status))
        .mtu(wanted.mtu())
        .internal(Boolean.TRUE.equals(wanted.internal()))
        .interfacePrefix(orElse(wanted.interfacePrefix(), Defaults.INTERFACE_PREFIX));
    return switch (driver) {
      case BRIDGE -> spec.bridge(bridge(wanted, network.getMetadata().getName())).build();
      case MACVLAN -> spec.macvlan(macvlan(wanted.macvlan())).build();
      case OVERLAY ->
          spec.overlay(tunnel(wanted.overlay(), status))
              .mtu(wanted.mtu() != null ? wanted.mtu() : status.mtu())
              .build();
      case HOST -> throw new IllegalStateException("the host driver builds nothing");
    };
  }

  /**
   * The recorded blocks, each with the ranges, exclusions and reservations of the spec's subnet of
   * the same block.
   */
  private static List<Subnet> subnets(ContainerNetworkSpec spec, ContainerNetworkStatus status) {
    return Objects.requireNonNull(status.subnets()).stream()
        .map(held -> subnet(spec, held))
        .toList();
  }

  private static Subnet subnet(ContainerNetworkSpec spec, EffectiveSubnet held) {
    Cidr block = Cidr.parse(required(held.cidr(), "status.subnets.cidr"));
    Subnet wanted =
        orElse(spec.subnets(), List.<Subnet>of()).stream()
            .filter(each -> each.cidr() != null && Cidr.parse(each.cidr()).equals(block))
            .findFirst()
            .orElseGet(() -> SubnetBuilder.builder().cidr(block.toString()).build());
    String gateway =
        held.gateway() != null
            ? held.gateway()
            : gateway(spec, wanted).map(IpAddress::toString).orElse(null);
    return SubnetBuilder.builder(wanted).cidr(block.toString()).gateway(gateway).build();
  }

  private static BridgeOptions bridge(ContainerNetworkSpec spec, String network) {
    BridgeOptions wanted = orElse(spec.bridge(), BridgeOptionsBuilder.builder().build());
    GatewayMode mode = gatewayMode(wanted);
    boolean out = mode == GatewayMode.NAT && !Boolean.TRUE.equals(spec.internal());
    return BridgeOptionsBuilder.builder()
        .name(orElse(wanted.name(), Names.bridgeDevice(network)))
        .masquerade(out && !Boolean.FALSE.equals(wanted.masquerade()))
        .interContainerTraffic(!Boolean.FALSE.equals(wanted.interContainerTraffic()))
        .gatewayMode(mode.toString())
        .build();
  }

  private static OverlayTunnel tunnel(
      @Nullable OverlayOptions wanted, ContainerNetworkStatus status) {
    return new OverlayTunnel(
        status.vni(), status.port(), wanted != null && Boolean.TRUE.equals(wanted.encrypted()));
  }

  private static MacvlanOptions macvlan(@Nullable MacvlanOptions wanted) {
    MacvlanOptions given = orElse(wanted, MacvlanOptionsBuilder.builder().build());
    MacvlanParent parent = MacvlanParent.of(given);
    return MacvlanOptionsBuilder.builder()
        .parent(parent.device())
        .vlan(parent.vlan())
        .mode(orElse(given.mode(), Defaults.MACVLAN_MODE.toString()))
        .hostAccess(Boolean.TRUE.equals(given.hostAccess()))
        .build();
  }

  private static GatewayMode gatewayMode(@Nullable BridgeOptions options) {
    String mode = options == null ? null : options.gatewayMode();
    return mode == null
        ? Defaults.GATEWAY_MODE
        : GatewayMode.of(mode)
            .orElseThrow(() -> new IllegalArgumentException("no gateway mode: " + mode));
  }

  private static Driver driver(@Nullable ContainerNetworkSpec spec) {
    String driver = spec == null ? null : spec.driver();
    return Driver.of(driver)
        .orElseThrow(() -> new IllegalArgumentException("no driver: " + driver));
  }

  private static String required(@Nullable String value, String field) {
    if (value == null) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return value;
  }

  private static <T> T orElse(@Nullable T value, T other) {
    return value == null ? other : value;
  }
}
