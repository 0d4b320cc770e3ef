package dev.weft.agent.dataplane;

import dev.weft.api.BridgeOptions;
import dev.weft.api.GatewayMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Linux bridge on the node; the node is the gateway. */
record BridgeDriver(Network network, String bridge, int mtu, GatewayMode gateway)
    implements Driver {
  private static final int ETHERNET_MTU = 1500;

  static BridgeDriver of(Network network, Ground ground) throws Unbuildable {
    BridgeOptions options = network.spec().bridge();
    String name = options == null ? null : options.name();
    String bridge = name == null ? network.bridge() : name;
    if (!bridge.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,14}")) {
      throw new Unbuildable(
          Problem.user(
              "spec.bridge.name",
              "'%s' is no device name".formatted(bridge),
              "use 1 to 15 letters, digits, '.', '_' and '-'"));
    }
    ground.requireFree(bridge);
    Integer wished = network.spec().mtu();
    String mode = options == null ? null : options.gatewayMode();
    return new BridgeDriver(
        network,
        bridge,
        wished == null ? ETHERNET_MTU : wished,
        GatewayMode.of(mode).orElse(GatewayMode.NAT));
  }

  @Override
  public List<Item> devices() {
    List<Item> items = new ArrayList<>();
    items.add(
        new Item.Device(
            network.owner(),
            DeviceName.onNode(bridge),
            new Kind.Bridge(),
            network.mac(bridge),
            mtu,
            true,
            Optional.empty()));
    if (hasGateway()) {
      for (Network.Segment segment : network.segments()) {
        segment
            .gatewayPrefix()
            .ifPresent(prefix ->
                items.add(new Item.Address(network.owner(), DeviceName.onNode(bridge), prefix)));
        if (!internal()) {
          items.add(
              segment.isIpv4()
                  ? new Item.Setting("net/ipv4/ip_forward", "1")
                  : new Item.Setting("net/ipv6/conf/all/forwarding", "1"));
        }
      }
    }
    return items;
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) {
    BridgeOptions options = network.spec().bridge();
    boolean isolated = options != null && Boolean.FALSE.equals(options.interContainerTraffic());
    List<Item> items =
        new ArrayList<>(
            Driver.cable(network, endpoint, mtu, new Port(bridge, isolated, true, false)));
    items.addAll(Driver.inside(network, endpoint, defaultRoute && hasGateway() && !internal()));
    return items;
  }

  @Override
  public Optional<Rules> rules() {
    BridgeOptions options = network.spec().bridge();
    boolean masquerade =
        gateway == GatewayMode.NAT
            && !internal()
            && !(options != null && Boolean.FALSE.equals(options.masquerade()));
    return Optional.of(
        new Rules(
            bridge,
            internal() || !hasGateway(),
            !hasGateway(),
            gateway == GatewayMode.NAT && !internal(),
            masquerade
                ? network.segments().stream().map(Network.Segment::block).toList()
                : List.of()));
  }

  private boolean hasGateway() {
    return gateway != GatewayMode.ISOLATED;
  }

  private boolean internal() {
    return Boolean.TRUE.equals(network.spec().internal());
  }
}
