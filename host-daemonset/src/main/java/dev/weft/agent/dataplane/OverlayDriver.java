package dev.weft.agent.dataplane;

import dev.weft.api.HostNetworkSpec;
import dev.weft.api.OverlayTunnel;
import dev.weft.mesh.Encapsulation;
import dev.weft.mesh.Forwarding;
import dev.weft.mesh.Mtu;
import dev.weft.netlink.Link;
import dev.weft.netlink.LinkKind;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A bridge and a VXLAN device: one Ethernet segment over all nodes. Nothing is learned: every known
 * endpoint has its entries, and its neighbours' questions are answered on the spot.
 */
record OverlayDriver(Network network, Kind.Vxlan tunnel, int mtu) implements Driver {

  static OverlayDriver of(Network network, Ground ground) throws Unbuildable {
    OverlayTunnel tunnel = network.spec().overlay();
    Integer vni = tunnel == null ? null : tunnel.vni();
    Integer port = tunnel == null ? null : tunnel.port();
    if (tunnel == null || vni == null || port == null) {
      throw new Unbuildable(
          Problem.retry(
              "spec.overlay", "no VNI and port are allocated yet", "wait for the operator"));
    }
    boolean encrypted = Boolean.TRUE.equals(tunnel.encrypted());
    refuseClearAmongEncrypted(ground, encrypted, port);
    InetAddress vtep =
        ground
            .vtep()
            .orElseThrow(() ->
                new Unbuildable(
                    Problem.retry(
                        "vtep",
                        "no address of the node is chosen for its tunnels",
                        "let the Mesh's underlay name a block or interface of the node")));
    Link holder =
        ground
            .holder(vtep)
            .orElseThrow(() ->
                new Unbuildable(
                    Problem.retry(
                        "vtep",
                        "no interface of the node has the tunnels' address "
                            + vtep.getHostAddress(),
                        "give it back, or let the Mesh's underlay choose another")));
    Link underlay =
        Ways.narrowest(ground.ways().below(holder, ground.wish().senders())).orElse(holder);
    ground.requireFree(network.bridge());
    ground.requireFree(network.vxlan());
    refuseForeignVni(ground, vni, port);
    Integer wished = network.spec().mtu();
    return new OverlayDriver(
        network,
        new Kind.Vxlan(vni, port, Optional.of(vtep), ground.txChecksum()),
        wished == null
            ? Mtu.overlay(
                underlay.mtu(),
                Mtu.Family.of(vtep),
                encrypted ? ground.protection() : Encapsulation.VXLAN)
            : wished);
  }

  private static void refuseClearAmongEncrypted(Ground ground, boolean encrypted, int port)
      throws Unbuildable {
    Optional<Problem> hindrance = ground.secrecy().hindrance();
    if (encrypted && hindrance.isPresent()) {
      throw new Unbuildable(hindrance.get());
    }
    if (!encrypted && ground.secrecy().ports().contains(port)) {
      throw new Unbuildable(
          Problem.user(
              "spec.overlay.port",
              "UDP port %d is that of encrypted networks of the node, by which nothing passes in"
                      .formatted(port)
                  + " clear",
              "let the Mesh use another port for networks that are not encrypted"));
    }
  }

  private static void refuseForeignVni(Ground ground, int vni, int port) throws Unbuildable {
    for (Link link : ground.observation().node().links()) {
      if (link.kind() instanceof LinkKind.Vxlan foreign
          && foreign.vni() == vni
          && Integer.valueOf(port).equals(foreign.port())
          && !ground.isOurs(link)) {
        throw new Unbuildable(
            Problem.user(
                "spec.overlay.vni",
                "VNI %d on UDP port %d is used by the node's device '%s', which is not Weft's"
                    .formatted(vni, port, link.name()),
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
    return List.of(
        new Item.Device(
            network.owner(),
            DeviceName.onNode(network.bridge()),
            new Kind.Bridge(),
            network.mac(network.bridge()),
            mtu,
            true,
            Optional.empty()),
        new Item.Device(
            network.owner().part("vxlan"),
            DeviceName.onNode(network.vxlan()),
            tunnel,
            network.mac(network.vxlan()),
            mtu,
            true,
            Optional.of(new Port(network.bridge(), false, false, true))));
  }

  @Override
  public List<Item> endpoint(LocalEndpoint endpoint, boolean defaultRoute) {
    List<Item> items =
        new ArrayList<>(
            Driver.cable(network, endpoint, mtu, new Port(network.bridge(), false, false, false)));
    items.addAll(
        Driver.inside(
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
    }
    for (Forwarding.NeighbourEntry entry : forwarding.neighbours()) {
      items.add(
          new Item.Neighbour(network.owner(), network.bridge(), entry.address(), entry.mac()));
    }
    for (InetAddress peer : forwarding.flood()) {
      items.add(new Item.Forward(tunnelEnd, network.vxlan(), MacAddress.ZERO, Optional.of(peer)));
    }
    return items;
  }

  /** The bridge has no address: nothing has business with the node by it. */
  @Override
  public Optional<Rules> rules() {
    return Optional.of(rules(network.bridge(), network.spec(), tunnel));
  }

  /** The rules of an overlay's bridge with such a tunnel. */
  static Rules rules(String bridge, HostNetworkSpec spec, Kind.Vxlan tunnel) {
    boolean clear = spec.overlay() == null || !Boolean.TRUE.equals(spec.overlay().encrypted());
    return new Rules(
        bridge,
        Set.of(Rules.Restriction.CLOSED, Rules.Restriction.DEAF),
        List.of(),
        clear ? Optional.of(tunnel) : Optional.empty());
  }
}
