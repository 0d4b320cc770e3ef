package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Digest;
import dev.weft.agent.dataplane.model.IpConf;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes each endpoint a separate station on the parent's wire. The parent stays unchanged. */
record MacvlanDriver(Network network, Parent parent, int mtu, MacvlanMode mode)
    implements NetworkDriver {

  /**
   * The parent of the macvlan devices.
   *
   * @param own the parent, if Weft creates it: a VLAN sub-interface
   * @param passthru the MAC address that a passthru child must have
   */
  record Parent(String name, Optional<Item.Device> own, Optional<MacAddress> passthru) {}

  static MacvlanDriver of(Network network, NodeContext context) throws Unbuildable {
    MacvlanOptions options = network.spec().macvlan();
    MacvlanMode mode =
        MacvlanMode.of(options == null ? null : options.mode()).orElse(MacvlanMode.BRIDGE);
    if (hostAccess(options) && mode != MacvlanMode.BRIDGE) {
      throw new Unbuildable(
          Problem.user(
              "spec.macvlan.hostAccess",
              "in mode %s the node can not reach endpoints".formatted(mode),
              "use mode Bridge, or leave hostAccess out"));
    }
    Integer desired = network.spec().mtu();
    String name = options == null ? null : options.parent();
    if (name == null) {
      throw new IllegalArgumentException("a network without parent has another driver");
    }
    Link wire = wire(name, options == null ? null : options.vlan(), context);
    if (desired != null && desired > wire.mtu()) {
      throw new Unbuildable(
          Problem.user(
              "spec.mtu",
              "%d is more than the parent %s carries (%d)"
                  .formatted(desired, wire.name(), wire.mtu()),
              "use at most " + wire.mtu()));
    }
    int mtu = desired == null ? wire.mtu() : desired;
    return new MacvlanDriver(network, parent(network, name, wire, context, mode), mtu, mode);
  }

  /** Returns the node's own device below the network. */
  private static Link wire(String name, @Nullable Integer vlan, NodeContext context)
      throws Unbuildable {
    Optional<Link> exact =
        context.link(name).filter(link -> vlan != null || !isOurVlan(link, context));
    Link wire =
        exact
            .or(() -> vlan == null ? context.link(baseOf(name)) : Optional.empty())
            .orElseThrow(() ->
                new Unbuildable(
                    Problem.user(
                        "spec.macvlan.parent",
                        "the node has no interface '%s'".formatted(name),
                        "name an interface that the node has, or let nodeSelector leave the node"
                            + " out")));
    String taken = null;
    if (wire.isLoopback()) {
      taken = "is the loopback device";
    } else if (wire.master() != 0) {
      taken =
          "is a port of '%s'"
              .formatted(context.link(wire.master()).map(Link::name).orElse("another device"));
    } else if (context.observation().wireless().contains(wire.name())) {
      taken = "is wireless, and an access point accepts frames of one MAC address only";
    } else if (context.isOurs(wire)) {
      taken = "belongs to another network of Weft";
    }
    if (taken != null) {
      throw new Unbuildable(
          Problem.user(
              "spec.macvlan.parent",
              "'%s' %s".formatted(wire.name(), taken),
              "choose another interface"));
    }
    if (!wire.isUp()) {
      throw new Unbuildable(
          Problem.user(
              "spec.macvlan.parent",
              "'%s' is down on this node, and nothing on it can be up".formatted(wire.name()),
              "ip link set %s up".formatted(wire.name())));
    }
    return wire;
  }

  private static Parent parent(
      Network network, String name, Link wire, NodeContext context, MacvlanMode mode)
      throws Unbuildable {
    MacvlanOptions options = network.spec().macvlan();
    Integer desired = options == null ? null : options.vlan();
    Optional<Integer> vlan =
        desired != null || wire.name().equals(name)
            ? Optional.ofNullable(desired)
            : Optional.of(Integer.parseInt(name.substring(name.lastIndexOf('.') + 1)));
    MacAddress wireMac = wire.address() == null ? MacAddress.ZERO : wire.address();
    if (vlan.isEmpty()) {
      return new Parent(wire.name(), Optional.empty(), passthru(mode, wireMac));
    }
    String full = MacvlanOptions.vlanDevice(wire.name(), vlan.get());
    String tagged = full.length() <= 15 ? full : "wl-" + Digest.of(full).substring(0, 12);
    Optional<Link> present = context.link(tagged).filter(link -> !context.isOurs(link));
    if (present.isPresent()) {
      if (present.get().kind() instanceof LinkKind.Vlan(int below, int id)
          && below == wire.index()
          && id == vlan.get()) {
        return new Parent(tagged, Optional.empty(), passthru(mode, wireMac));
      }
      context.requireFree(tagged);
    }
    Item.Device device =
        new Item.Device(
            network.owner().part("vlan"),
            DeviceName.onNode(tagged),
            new DeviceKind.Vlan(wire.name(), vlan.get()),
            wireMac,
            wire.mtu(),
            true,
            Optional.empty());
    return new Parent(tagged, Optional.of(device), passthru(mode, wireMac));
  }

  private static boolean isOurVlan(Link link, NodeContext context) {
    return link.kind() instanceof LinkKind.Vlan && context.isOurs(link);
  }

  private static String baseOf(String name) {
    return name.matches(".+\\.[0-9]{1,4}") ? name.substring(0, name.lastIndexOf('.')) : "";
  }

  private static Optional<MacAddress> passthru(MacvlanMode mode, MacAddress parent) {
    return mode == MacvlanMode.PASSTHRU ? Optional.of(parent) : Optional.empty();
  }

  private static boolean hostAccess(@Nullable MacvlanOptions options) {
    return options != null && Boolean.TRUE.equals(options.hostAccess());
  }

  @Override
  public Optional<Integer> size() {
    return Optional.of(mtu);
  }

  @Override
  public List<Item> devices() {
    List<Item> items = new ArrayList<>();
    parent.own().ifPresent(items::add);
    if (hostAccess(network.spec().macvlan())) {
      items.add(
          child(
                  network.owner().part("shim"),
                  DeviceName.onNode(network.shim()),
                  network.mac(network.shim()),
                  true)
              .withConf(IpConf.QUIET.reachable()));
    }
    return items;
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) {
    Owner owner = Owner.endpoint(network.uid(), endpoint.id());
    List<Item> items = new ArrayList<>();
    items.add(
        child(
            owner,
            new DeviceName(
                new NamespaceRef(endpoint.sandbox().toString()), endpoint.interfaceName()),
            endpoint.mac(),
            endpoint.isUp()));
    items.addAll(
        NetworkDriver.inside(
            network, endpoint, defaultRoute && !Boolean.TRUE.equals(network.spec().internal())));
    if (hostAccess(network.spec().macvlan())) {
      for (IpPrefix address : endpoint.addresses()) {
        items.add(
            new Item.Route(
                owner,
                DeviceName.onNode(network.shim()),
                IpPrefix.host(address.address()),
                Optional.empty()));
      }
    }
    return items;
  }

  @Override
  public int capacity() {
    return mode == MacvlanMode.PASSTHRU ? 1 : Integer.MAX_VALUE;
  }

  private Item.Device child(Owner owner, DeviceName name, MacAddress mac, boolean up) {
    return new Item.Device(
        owner,
        name,
        new DeviceKind.Macvlan(
            parent.name(),
            switch (mode) {
              case BRIDGE -> LinkKind.Macvlan.Mode.BRIDGE;
              case VEPA -> LinkKind.Macvlan.Mode.VEPA;
              case PRIVATE -> LinkKind.Macvlan.Mode.PRIVATE;
              case PASSTHRU -> LinkKind.Macvlan.Mode.PASSTHRU;
            }),
        parent.passthru().orElse(mac),
        mtu,
        up,
        Optional.empty());
  }
}
