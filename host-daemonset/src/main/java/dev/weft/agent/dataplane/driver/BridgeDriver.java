package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.api.BridgeOptions;
import dev.weft.api.GatewayMode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A Linux bridge on the node, with the node as gateway. */
record BridgeDriver(Network network, String bridge, int mtu, GatewayMode gateway)
    implements NetworkDriver {
  static BridgeDriver of(Network network, NodeContext context) throws Unbuildable {
    BridgeOptions options = network.spec().bridge();
    String name = options == null ? null : options.name();
    String bridge = name == null ? network.bridge() : name;
    if (!FilterRules.takes(bridge)) {
      throw new Unbuildable(
          Problem.user(
              "spec.bridge.name",
              "'%s' is no device name".formatted(bridge),
              "use 1 to 15 letters, digits, '.', '_' and '-'"));
    }
    if (name != null && Network.isGenerated(name)) {
      throw new Unbuildable(
          Problem.user(
              "spec.bridge.name",
              "'%s' is like the names that Weft derives for its own devices".formatted(name),
              "choose another name"));
    }
    context.requireFree(bridge);
    Integer desired = network.spec().mtu();
    return new BridgeDriver(
        network, bridge, desired == null ? context.ownMtu() : desired, gateway(options));
  }

  @Override
  public Optional<Integer> size() {
    return Optional.of(mtu);
  }

  @Override
  public List<Item> devices() {
    List<Item> items = new ArrayList<>();
    items.add(
        new Item.Device(
            network.owner(),
            DeviceName.onNode(bridge),
            new DeviceKind.Bridge(),
            network.mac(bridge),
            mtu,
            true,
            Optional.empty(),
            conf()));
    items.addAll(GuardEntries.gateway(network.owner(), network.mac(bridge)));
    if (hasGateway()) {
      for (Network.Segment segment : network.segments()) {
        segment
            .gatewayPrefix()
            .ifPresent(prefix -> {
              items.add(new Item.Address(network.owner(), DeviceName.onNode(bridge), prefix));
              items.add(GuardEntries.elsewhere(network.owner(), prefix.address()));
            });
        if (!internal()) {
          items.add(
              segment.isIpv4()
                  ? new Item.Setting(Item.Setting.FORWARD_IPV4, "1")
                  : new Item.Setting(Item.Setting.FORWARD_IPV6, "1"));
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
            NetworkDriver.vethPair(
                network, endpoint, mtu, new BridgeMembership(bridge, isolated, false)));
    items.addAll(
        NetworkDriver.inside(network, endpoint, defaultRoute && hasGateway() && !internal()));
    return items;
  }

  @Override
  public Optional<FilterRules> rules() {
    return Optional.of(rules(network, bridge));
  }

  /** Returns the packet filter rules of the network's bridge. */
  static FilterRules rules(Network network, String bridge) {
    BridgeOptions options = network.spec().bridge();
    GatewayMode gateway = gateway(options);
    boolean internal = Boolean.TRUE.equals(network.spec().internal());
    boolean isolated = gateway == GatewayMode.ISOLATED;
    boolean nat = gateway == GatewayMode.NAT && !internal;
    Set<FilterRules.Restriction> restrictions = EnumSet.noneOf(FilterRules.Restriction.class);
    if (internal || isolated) {
      restrictions.add(FilterRules.Restriction.CLOSED);
    }
    if (isolated) {
      restrictions.add(FilterRules.Restriction.DEAF);
    }
    if (nat) {
      restrictions.add(FilterRules.Restriction.GUARDED);
    }
    if (options != null && Boolean.FALSE.equals(options.interContainerTraffic())) {
      restrictions.add(FilterRules.Restriction.APART);
    }
    boolean masquerade = nat && !(options != null && Boolean.FALSE.equals(options.masquerade()));
    return new FilterRules(
        bridge,
        restrictions,
        masquerade ? network.segments().stream().map(Network.Segment::block).toList() : List.of(),
        Optional.empty());
  }

  private static GatewayMode gateway(@Nullable BridgeOptions options) {
    return GatewayMode.of(options == null ? null : options.gatewayMode()).orElse(GatewayMode.NAT);
  }

  private boolean hasGateway() {
    return gateway != GatewayMode.ISOLATED;
  }

  private IpConf conf() {
    if (!hasGateway()) {
      return IpConf.QUIET;
    }
    IpConf reachable = IpConf.QUIET.reachable();
    return internal() ? reachable : reachable.forwarding(forwards(true), forwards(false));
  }

  private boolean forwards(boolean ipv4) {
    return network.segments().stream()
        .anyMatch(segment -> segment.isIpv4() == ipv4 && segment.gateway().isPresent());
  }

  private boolean internal() {
    return Boolean.TRUE.equals(network.spec().internal());
  }
}
