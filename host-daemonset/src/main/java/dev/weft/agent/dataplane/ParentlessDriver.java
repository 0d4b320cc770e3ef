package dev.weft.agent.dataplane;

import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import dev.weft.netlink.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A macvlan network without a parent: sandboxes that reach each other and nothing else. It is a
 * bridge without address, because a macvlan device needs a parent with a carrier, and of what every
 * kernel has none keeps one alone: a bridge without ports loses its carrier as soon as somebody
 * sets its MAC address.
 */
record ParentlessDriver(Network network, int mtu, MacvlanMode mode) implements Driver {
  static ParentlessDriver of(Network network, Ground ground) throws Unbuildable {
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
    ground.requireFree(network.bridge());
    Integer wished = network.spec().mtu();
    return new ParentlessDriver(network, wished == null ? ground.ownMtu() : wished, mode);
  }

  @Override
  public Optional<Integer> size() {
    return Optional.of(mtu);
  }

  @Override
  public List<Item> devices() {
    return List.of(
        new Item.Device(
            network.owner(),
            DeviceName.onNode(network.bridge()),
            new Kind.Bridge(),
            network.mac(network.bridge()),
            mtu,
            true,
            Optional.empty(),
            hostAccess() ? IpConf.QUIET.reachable() : IpConf.QUIET));
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) {
    boolean isolated = mode != MacvlanMode.BRIDGE;
    List<Item> items =
        new ArrayList<>(
            Driver.cable(
                network, endpoint, mtu, new Port(network.bridge(), isolated, true, false)));
    items.addAll(Driver.inside(network, endpoint, false));
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
  public Optional<Rules> rules() {
    return Optional.of(
        Rules.of(
            network.bridge(),
            hostAccess()
                ? Set.of(Rules.Restriction.CLOSED)
                : Set.of(Rules.Restriction.CLOSED, Rules.Restriction.DEAF)));
  }

  private boolean hostAccess() {
    MacvlanOptions options = network.spec().macvlan();
    return options != null && Boolean.TRUE.equals(options.hostAccess());
  }
}
