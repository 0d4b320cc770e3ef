package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.NamespaceRef;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.netlink.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Plans the items of a network and of its endpoints on a node. Pure. */
public sealed interface NetworkDriver
    permits BridgeDriver, HostDriver, OverlayDriver, MacvlanDriver, ParentlessDriver {

  /** Returns the items of the network on the node, without those of its endpoints. */
  List<Item> devices();

  /**
   * Returns the items of an endpoint.
   *
   * @param defaultRoute whether this network provides the sandbox's default route
   */
  List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) throws Unbuildable;

  /** Returns the items for endpoints on other nodes; only overlays have any. */
  default List<Item> remote(dev.weft.mesh.Forwarding forwarding) {
    return List.of();
  }

  /** Returns the maximum number of endpoints on the node. */
  default int capacity() {
    return Integer.MAX_VALUE;
  }

  /** Returns the packet filter rules; empty if the network bypasses Weft's filter. */
  default Optional<FilterRules> rules() {
    return Optional.empty();
  }

  /** Returns the driver of a network. */
  static NetworkDriver of(Network network, NodeContext context) throws Unbuildable {
    String name = network.spec().driver();
    Optional<dev.weft.api.Driver> driver = dev.weft.api.Driver.of(name);
    if (driver.isEmpty()) {
      throw new Unbuildable(
          Problem.user(
              "spec.driver",
              "there is no driver '%s'".formatted(name),
              "use bridge, host, overlay or macvlan"));
    }
    NetworkDriver made =
        switch (driver.get()) {
          case BRIDGE -> BridgeDriver.of(network, context);
          case HOST -> new HostDriver();
          case OVERLAY -> OverlayDriver.of(network, context);
          case MACVLAN ->
              network.spec().macvlan() == null || network.spec().macvlan().parent() == null
                  ? ParentlessDriver.of(network, context)
                  : MacvlanDriver.of(network, context);
        };
    UsableFamilies.require(network, made, context);
    return made;
  }

  /** MTU in bytes; empty if the network has no device. */
  default Optional<Integer> size() {
    return Optional.empty();
  }

  /** Returns a veth pair from a bridge into the sandbox, with the addresses and routes there. */
  static List<Item> vethPair(
      Network network, LocalEndpoint endpoint, int mtu, BridgeMembership port) {
    Owner owner = Owner.endpoint(network.uid(), endpoint.id());
    String hostEnd = network.hostEnd(endpoint.id());
    DeviceName inside =
        new DeviceName(new NamespaceRef(endpoint.sandbox().toString()), endpoint.interfaceName());
    List<Item> items = new ArrayList<>();
    items.add(
        new Item.Device(
            owner,
            DeviceName.onNode(hostEnd),
            new DeviceKind.Veth(inside, endpoint.mac(), endpoint.isUp()),
            network.mac(hostEnd),
            mtu,
            true,
            Optional.of(port)));
    // the MAC address may still be another's until the endpoint is claimed
    if (endpoint.isUp()) {
      items.add(new Item.Forward(owner, hostEnd, endpoint.mac(), Optional.empty()));
    }
    items.addAll(GuardEntries.endpoint(owner, hostEnd, endpoint));
    return items;
  }

  /** Returns the addresses and the default route of an interface in a sandbox. */
  static List<Item> inside(Network network, LocalEndpoint endpoint, boolean defaultRoute) {
    Owner owner = Owner.endpoint(network.uid(), endpoint.id());
    DeviceName device =
        new DeviceName(new NamespaceRef(endpoint.sandbox().toString()), endpoint.interfaceName());
    List<Item> items = new ArrayList<>();
    for (IpPrefix address : endpoint.addresses()) {
      items.add(new Item.Address(owner, device, address));
    }
    if (defaultRoute) {
      TreeMap<Boolean, Item> ways = new TreeMap<>();
      for (Network.Segment segment : network.segments()) {
        boolean reached =
            endpoint.addresses().stream().anyMatch(a -> segment.block().contains(a.address()));
        if (reached && segment.gateway().isPresent()) {
          ways.putIfAbsent(
              segment.isIpv4(),
              new Item.Route(
                  owner,
                  device,
                  segment.isIpv4() ? IpPrefix.ALL_IPV4 : IpPrefix.ALL_IPV6,
                  segment.gateway()));
        }
      }
      items.addAll(ways.values());
    }
    return items;
  }
}
