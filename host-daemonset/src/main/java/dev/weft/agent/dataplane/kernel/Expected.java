package dev.weft.agent.dataplane.kernel;

import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import java.util.Optional;

/**
 * The one interface of an endpoint in its sandbox. Processes there choose names, aliases, groups
 * and MAC addresses. So a veth end is identified by the node's end, and a macvlan child by its
 * index. Only a newly started agent, which knows no index, uses marks, and only among children of
 * the node's own devices.
 *
 * @param hostEnd name of the node's end, if it is a veth
 * @param name the interface's desired name
 * @param mac the MAC address that the interface has or gets
 * @param known the index that this process last saw; 0 if none
 * @param routes whether to read the sandbox's routes
 */
public record Expected(
    Owner owner, String hostEnd, String name, MacAddress mac, int known, boolean routes) {

  public static Expected of(
      NetworkSpec network, LocalEndpoint endpoint, int known, boolean routes) {
    return new Expected(
        Owner.endpoint(network.uid(), endpoint.id()),
        Network.hostEnd(network.uid(), endpoint.id()),
        endpoint.interfaceName(),
        endpoint.mac(),
        known,
        routes);
  }

  /** Expects an interface that was created and is no longer desired. */
  public static Expected of(Item.Device left, int known, boolean routes) {
    Owner owner = left.owner();
    return new Expected(
        owner,
        Network.hostEnd(owner.uid(), owner.endpoint()),
        left.inner().name(),
        left.mac(),
        known,
        routes);
  }

  /** Whether a link in the sandbox is the peer of the node's link. */
  static boolean isVeth(Link inside, Link hostEnd) {
    return inside.kind() instanceof LinkKind.Veth
        && hostEnd.kind() instanceof LinkKind.Veth
        && inside.index() == hostEnd.parent()
        && inside.parent() == hostEnd.index();
  }

  /** Whether a link in a sandbox is a macvlan child whose parent is elsewhere. */
  static boolean isChild(Link inside) {
    return inside.kind() instanceof LinkKind.Macvlan && inside.parentNamespace() >= 0;
  }

  /** Whether a child may be the interface whose index an earlier agent knew. */
  boolean mayBe(Link inside) {
    return isChild(inside)
        && (inside.alias().equals(owner.alias())
            || isUnmarked(inside)
            || mac.equals(inside.address()));
  }

  /** Whether an agent ended before it marked this child and set it up. */
  boolean isLeftHalfMade(Link inside) {
    return isChild(inside) && isUnmarked(inside) && !inside.isUp();
  }

  private static boolean isUnmarked(Link inside) {
    return Owner.of(inside).equals(Optional.of(Owner.UNFINISHED));
  }
}
