package dev.weft.agent.dataplane.driver;

import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.ObservedState;
import dev.weft.agent.dataplane.kernel.Ways;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.Unbuildable;
import dev.weft.mesh.Encapsulation;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Input of the drivers: the observed node, and which of its devices are Weft's.
 *
 * @param stuck Weft's devices that are no longer desired but that the kernel did not remove
 */
public record NodeContext(
    Observation observation,
    ObservedState.Ownership ownership,
    NodeSpec nodeSpec,
    Secrecy secrecy,
    Set<String> stuck) {

  private static final int ETHERNET_MTU = 1500;

  /**
   * The state of encryption on the node.
   *
   * @param ports UDP ports to which packets are encrypted or dropped
   * @param hindrance why the node cannot encrypt
   */
  public record Secrecy(Set<Integer> ports, Optional<Problem> hindrance) {}

  /** A context without stuck devices. */
  NodeContext(
      Observation observation,
      ObservedState.Ownership ownership,
      NodeSpec nodeSpec,
      Secrecy secrecy) {
    this(observation, ownership, nodeSpec, secrecy, Set.of());
  }

  Optional<InetAddress> vtep() {
    return nodeSpec.vtep();
  }

  boolean txChecksum() {
    return nodeSpec.txChecksum();
  }

  /** The encapsulation of encrypted networks. */
  Encapsulation protection() {
    return nodeSpec.keys().map(KeySpec::encapsulation).orElse(Encapsulation.VXLAN_IN_ESP);
  }

  public Optional<Link> link(String name) {
    return observation.node().link(name);
  }

  Optional<Link> link(int index) {
    return observation.node().link(index);
  }

  /** The devices by which packets leave the node. */
  public Ways ways() {
    return new Ways(observation.node(), this::isOurs);
  }

  /** Returns the MTU of a bridge whose packets leave by any uplink. */
  int ownMtu() {
    return Ways.narrowest(ways().out()).map(Link::mtu).orElse(ETHERNET_MTU);
  }

  boolean isOurs(Link link) {
    return ownership.of(link).isPresent();
  }

  /** The device that holds an address of the node. */
  public Optional<Link> holder(InetAddress address) {
    return observation.node().addresses().stream()
        .filter(held -> held.prefix().address().equals(address))
        .map(Address::link)
        .findFirst()
        .flatMap(this::link);
  }

  /** Returns the devices that carry tunnels from an address: its holder and those below. */
  public List<Link> carriers(InetAddress address) {
    return holder(address).stream()
        .flatMap(holder ->
            Stream.concat(Stream.of(holder), ways().below(holder, nodeSpec.senders()).stream()))
        .distinct()
        .toList();
  }

  /** UDP ports of the node's foreign tunnels, by device name. */
  public Map<String, Integer> tunnelsOfOthers() {
    Map<String, Integer> ports = new HashMap<>();
    foreign().forEach((name, link) -> tunnelPort(link).ifPresent(port -> ports.put(name, port)));
    return ports;
  }

  /** The UDP port of a VXLAN device. */
  public static Optional<Integer> tunnelPort(Link link) {
    return link.kind() instanceof LinkKind.Vxlan tunnel
        ? Optional.ofNullable(tunnel.port())
        : Optional.empty();
  }

  /** Rejects a name that a foreign device has. */
  void requireFree(String name) throws Unbuildable {
    Optional<Link> present = link(name).filter(link -> !isOurs(link));
    if (present.isPresent()) {
      throw taken(present.get());
    }
  }

  static Unbuildable taken(Link foreign) {
    return new Unbuildable(
        Problem.user(
            foreign.name(),
            "the node has a device of this name (kind '%s') that does not carry Weft's mark"
                .formatted(foreign.kind().name()),
            "rename or remove that device; Weft never touches it"));
  }

  /** The node's devices that are not Weft's, by name. */
  Map<String, Link> foreign() {
    return observation.node().links().stream()
        .filter(link -> !isOurs(link))
        .collect(Collectors.toMap(Link::name, link -> link, (one, _) -> one));
  }
}
