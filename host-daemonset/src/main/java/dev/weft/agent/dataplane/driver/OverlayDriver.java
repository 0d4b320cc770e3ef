package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.kernel.Ways;
import dev.weft.agent.dataplane.model.BridgeMembership;
import dev.weft.agent.dataplane.model.DeviceKind;
import dev.weft.agent.dataplane.model.DeviceName;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.OverlayTunnel;
import dev.weft.mesh.Encapsulation;
import dev.weft.mesh.Forwarding;
import dev.weft.mesh.Mtu;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Builds one Ethernet segment over all nodes from a bridge and a VXLAN device. Nothing is learned:
 * each known endpoint has its entries, from which the bridge answers ARP and neighbour discovery.
 */
record OverlayDriver(Network network, DeviceKind.Vxlan tunnel, int mtu) implements NetworkDriver {

  static OverlayDriver of(Network network, NodeContext context) throws Unbuildable {
    OverlayTunnel tunnel = network.spec().overlay();
    Integer vni = tunnel == null ? null : tunnel.vni();
    Integer port = tunnel == null ? null : tunnel.port();
    if (tunnel == null || vni == null || port == null) {
      throw new Unbuildable(
          Problem.retry(
              "spec.overlay", "no VNI and port are allocated yet", "wait for the operator"));
    }
    boolean encrypted = Boolean.TRUE.equals(tunnel.encrypted());
    refuseClearAmongEncrypted(context, encrypted, port);
    InetAddress vtep =
        context
            .vtep()
            .orElseThrow(() ->
                new Unbuildable(
                    Problem.retry(
                        "vtep",
                        "no address of the node is chosen for its tunnels",
                        "let the Mesh's underlay name a block or interface of the node")));
    Link holder =
        context
            .holder(vtep)
            .orElseThrow(() ->
                new Unbuildable(
                    Problem.retry(
                        "vtep",
                        "no interface of the node has the tunnels' address "
                            + vtep.getHostAddress(),
                        "give it back, or let the Mesh's underlay choose another")));
    Link underlay =
        Ways.narrowest(context.ways().below(holder, context.nodeSpec().senders())).orElse(holder);
    context.requireFree(network.bridge());
    context.requireFree(network.vxlan());
    refuseForeignVni(context, vni, port);
    Integer desired = network.spec().mtu();
    return new OverlayDriver(
        network,
        new DeviceKind.Vxlan(vni, port, Optional.of(vtep), context.txChecksum()),
        desired == null
            ? Mtu.overlay(
                underlay.mtu(),
                Mtu.Family.of(vtep),
                encrypted ? context.protection() : Encapsulation.VXLAN)
            : desired);
  }

  private static void refuseClearAmongEncrypted(NodeContext context, boolean encrypted, int port)
      throws Unbuildable {
    Optional<Problem> hindrance = context.secrecy().hindrance();
    if (encrypted && hindrance.isPresent()) {
      throw new Unbuildable(hindrance.get());
    }
    if (!encrypted && context.secrecy().ports().contains(port)) {
      throw new Unbuildable(
          Problem.user(
              "spec.overlay.port",
              "the node's encrypted networks use UDP port %d, which drops clear text"
                  .formatted(port),
              "let the Mesh use another port for networks that are not encrypted"));
    }
  }

  private static void refuseForeignVni(NodeContext context, int vni, int port) throws Unbuildable {
    for (Link link : context.observation().node().links()) {
      if (link.kind() instanceof LinkKind.Vxlan foreign
          && foreign.vni() == vni
          && Integer.valueOf(port).equals(foreign.port())
          && !context.isOurs(link)) {
        throw new Unbuildable(
            Problem.user(
                "spec.overlay.vni",
                "VNI %d on UDP port %d is used by the node's device %s, which is not Weft's"
                    .formatted(vni, port, ForeignPort.printable(link.name())),
                "choose another VNI, or remove that device"));
      }
    }
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
            Optional.empty()));
    items.add(
        new Item.Device(
            network.owner().part("vxlan"),
            DeviceName.onNode(network.vxlan()),
            tunnel,
            network.mac(network.vxlan()),
            mtu,
            true,
            Optional.of(new BridgeMembership(network.bridge(), false, true))));
    items.addAll(GuardEntries.gateway(network.owner(), network.mac(network.bridge())));
    items.addAll(GuardEntries.port(network.owner(), network.vxlan()));
    return items;
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) {
    List<Item> items =
        new ArrayList<>(
            NetworkDriver.vethPair(
                network, endpoint, mtu, new BridgeMembership(network.bridge(), false, false)));
    items.addAll(
        NetworkDriver.inside(
            network, endpoint, defaultRoute && !Boolean.TRUE.equals(network.spec().internal())));
    return items;
  }

  @Override
  public List<Item> remote(Forwarding forwarding) {
    List<Item> items = new ArrayList<>();
    Owner tunnelEnd = network.owner().part("vxlan");
    for (Forwarding.FdbEntry entry : forwarding.fdb()) {
      items.add(
          new Item.Forward(tunnelEnd, network.vxlan(), entry.mac(), Optional.of(entry.vtep())));
      items.add(new Item.Forward(tunnelEnd, network.vxlan(), entry.mac(), Optional.empty()));
      items.add(GuardEntries.elsewhere(network.owner(), entry.mac()));
    }
    for (Forwarding.NeighbourEntry entry : forwarding.neighbours()) {
      items.add(
          new Item.Neighbour(network.owner(), network.bridge(), entry.address(), entry.mac()));
      items.add(GuardEntries.elsewhere(network.owner(), entry.address()));
    }
    for (InetAddress peer : forwarding.flood()) {
      items.add(new Item.Forward(tunnelEnd, network.vxlan(), MacAddress.ZERO, Optional.of(peer)));
    }
    return items;
  }

  /** The bridge has no address, so nothing reaches the node through it. */
  @Override
  public Optional<FilterRules> rules() {
    return Optional.of(rules(network.bridge(), network.spec(), tunnel));
  }

  /** Returns the packet filter rules of an overlay's bridge with this tunnel. */
  static FilterRules rules(String bridge, HostNetworkSpec spec, DeviceKind.Vxlan tunnel) {
    boolean clear = spec.overlay() == null || !Boolean.TRUE.equals(spec.overlay().encrypted());
    return new FilterRules(
        bridge,
        Set.of(FilterRules.Restriction.CLOSED, FilterRules.Restriction.DEAF),
        List.of(),
        clear ? Optional.of(tunnel) : Optional.empty());
  }
}
