package dev.weft.agent.dataplane;

import dev.weft.mesh.Encapsulation;
import dev.weft.netlink.Address;
import dev.weft.netlink.Link;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/** What drivers build on: the node as it is, and which of it is ours. */
record Ground(
    Observation observation, Observed.Ownership ownership, NodeWish wish, Secrecy secrecy) {

  private static final int ETHERNET_MTU = 1500;

  /**
   * What holds of encrypted networks.
   *
   * @param ports whatever goes to one of these is encrypted or dropped
   * @param hindrance why nothing can be encrypted
   */
  record Secrecy(Set<Integer> ports, Optional<Problem> hindrance) {}

  Optional<InetAddress> vtep() {
    return wish.vtep();
  }

  boolean txChecksum() {
    return wish.txChecksum();
  }

  /** How frames of encrypted networks travel. */
  Encapsulation protection() {
    return wish.keys().map(KeyWish::encapsulation).orElse(Encapsulation.VXLAN_IN_ESP);
  }

  Optional<Link> link(String name) {
    return observation.node().link(name);
  }

  Optional<Link> link(int index) {
    return observation.node().link(index);
  }

  /** By which devices packets leave the node. */
  Ways ways() {
    return new Ways(observation.node(), this::isOurs);
  }

  /** MTU of a bridge whose packets leave by whatever way the node has. */
  int ownMtu() {
    return Ways.narrowest(ways().out()).map(Link::mtu).orElse(ETHERNET_MTU);
  }

  boolean isOurs(Link link) {
    return ownership.of(link).isPresent();
  }

  /** The device that holds an address of the node. */
  Optional<Link> holder(InetAddress address) {
    return observation.node().addresses().stream()
        .filter(held -> held.prefix().address().equals(address))
        .map(Address::link)
        .findFirst()
        .flatMap(this::link);
  }

  /** Rejects a name that a device which is not ours has. */
  void requireFree(String name) throws Unbuildable {
    Optional<Link> present = link(name);
    if (present.filter(link -> !isOurs(link)).isPresent()) {
      throw new Unbuildable(
          Problem.user(
              name,
              "the node has a device of this name (kind '%s') that does not carry Weft's mark"
                  .formatted(present.get().kind().name()),
              "rename or remove that device; Weft never touches it"));
    }
  }
}
