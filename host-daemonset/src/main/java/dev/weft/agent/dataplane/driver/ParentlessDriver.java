package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import dev.weft.netlink.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A macvlan network without a parent, whose sandboxes reach only each other. It is a bridge without
 * an address, because a macvlan device needs a parent with a carrier. No kind of device in every
 * kernel keeps a carrier alone: a bridge without ports loses it when a user sets its MAC address.
 */
record ParentlessDriver(Network network, int mtu, MacvlanMode mode) implements NetworkDriver {
  static ParentlessDriver of(Network network, NodeContext context) throws Unbuildable {
    MacvlanOptions options = network.spec().macvlan();
    MacvlanMode mode =
        MacvlanMode.of(options == null ? null : options.mode()).orElse(MacvlanMode.BRIDGE);
    if (mode == MacvlanMode.PASSTHRU) {
      throw new Unbuildable(
          Problem.user(
              "spec.macvlan.mode",
              "Passthru hands a parent to an endpoint, and there is no parent",
              "name a parent, or use mode Bridge"));
    }
    context.requireFree(network.bridge());
    Integer desired = network.spec().mtu();
    return new ParentlessDriver(network, desired == null ? context.ownMtu() : desired, mode);
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
            DeviceName.onNode(network.bridge()),
            new DeviceKind.Bridge(),
            network.mac(network.bridge()),
            mtu,
            true,
            Optional.empty(),
            hostAccess() ? IpConf.QUIET.reachable() : IpConf.QUIET));
    items.addAll(GuardEntries.gateway(network.owner(), network.mac(network.bridge())));
    return items;
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) {
    boolean isolated = mode != MacvlanMode.BRIDGE;
    List<Item> items =
        new ArrayList<>(
            NetworkDriver.vethPair(
                network, endpoint, mtu, new BridgeMembership(network.bridge(), isolated, false)));
    items.addAll(NetworkDriver.inside(network, endpoint, false));
    if (hostAccess()) {
      for (IpPrefix address : endpoint.addresses()) {
        items.add(
            new Item.Route(
                Owner.endpoint(network.uid(), endpoint.id()),
                DeviceName.onNode(network.bridge()),
                IpPrefix.host(address.address()),
                Optional.empty()));
      }
    }
    return items;
  }

  @Override
  public Optional<FilterRules> rules() {
    return Optional.of(
        FilterRules.of(
            network.bridge(),
            hostAccess()
                ? Set.of(FilterRules.Restriction.CLOSED)
                : Set.of(FilterRules.Restriction.CLOSED, FilterRules.Restriction.DEAF)));
  }

  private boolean hostAccess() {
    MacvlanOptions options = network.spec().macvlan();
    return options != null && Boolean.TRUE.equals(options.hostAccess());
  }
}
