package dev.weft.operator.network;

import dev.weft.api.IpAddress;
import dev.weft.api.MeshNode;
import dev.weft.api.MeshNodeSpec;
import dev.weft.api.Subnet;
import dev.weft.mesh.Encapsulation;
import dev.weft.mesh.Mtu;
import dev.weft.operator.node.NodeFacts;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Largest MTU that the tunnels of an overlay carry.
 *
 * @param bytes minimum over all nodes that the network selects, so that it does not change with
 *     pods
 * @param node node that determines the minimum
 */
record OverlayMtu(int bytes, String node) {

  /** Empty while no node of the network has published its underlay. */
  static Optional<OverlayMtu> of(ObservedNetwork observed) {
    Encapsulation encapsulation = encapsulation(observed);
    List<NodeFacts> nodes = observed.nodes().stream().filter(observed::selects).toList();
    // below the minimum MTU of IPv6, every node would lose IPv6; a single node must not cause that
    int floor = Subnet.hasIpv6(observed.spec().subnets()) ? Mtu.MINIMUM_IPV6 : Mtu.MINIMUM_IPV4;
    Stream<NodeFacts> usual =
        nodes.stream()
            .filter(OverlayMtu::isUsual)
            .filter(node -> of(node, encapsulation).filter(it -> it.bytes >= floor).isPresent());
    return least(usual, encapsulation).or(() -> least(nodes.stream(), encapsulation));
  }

  private static Optional<OverlayMtu> least(Stream<NodeFacts> nodes, Encapsulation encapsulation) {
    return nodes
        .flatMap(node -> of(node, encapsulation).stream())
        .min(Comparator.comparingInt(OverlayMtu::bytes));
  }

  /**
   * Whether a node reports an MTU of at least 1280. A smaller value must not reduce the MTU of the
   * other nodes.
   */
  private static boolean isUsual(NodeFacts node) {
    MeshNode meshNode = node.meshNode();
    Integer mtu = meshNode == null || meshNode.getSpec() == null ? null : meshNode.getSpec().mtu();
    return mtu != null && mtu >= Mtu.MINIMUM_IPV6;
  }

  /**
   * Encapsulation that needs the most room. UDP counts as long as any node receives ESP in UDP, or
   * should.
   */
  private static Encapsulation encapsulation(ObservedNetwork observed) {
    if (!Effective.isEncrypted(observed.spec())) {
      return Encapsulation.VXLAN;
    }
    return observed.isEspInUdp() || observed.nodes().stream().anyMatch(OverlayMtu::takesUdp)
        ? Encapsulation.VXLAN_IN_ESP_IN_UDP
        : Encapsulation.VXLAN_IN_ESP;
  }

  private static boolean takesUdp(NodeFacts node) {
    MeshNode meshNode = node.meshNode();
    return meshNode != null && EncryptionSupport.takesUdp(meshNode.getSpec());
  }

  private static Optional<OverlayMtu> of(NodeFacts node, Encapsulation encapsulation) {
    MeshNode meshNode = node.meshNode();
    MeshNodeSpec spec = meshNode == null ? null : meshNode.getSpec();
    if (spec == null || spec.mtu() == null || spec.vtep() == null) {
      return Optional.empty();
    }
    Mtu.Family family = IpAddress.parse(spec.vtep()).isIpv4() ? Mtu.Family.IPV4 : Mtu.Family.IPV6;
    return Optional.of(new OverlayMtu(Mtu.overlay(spec.mtu(), family, encapsulation), node.name()));
  }
}
