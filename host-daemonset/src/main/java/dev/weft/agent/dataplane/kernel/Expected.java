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
 * The one interface that is an endpoint's in its sandbox. A process in a sandbox chooses names,
 * aliases, groups and MAC addresses there, so a veth's end is known by the node's end of it, and a
 * macvlan child by its index. Only an agent that has just started, and knows no index, goes by
 * marks, and then among children of the node's own devices alone.
 *
 * @param hostEnd name of the node's end, if it is a veth
 * @param name what it is to be called
 * @param mac what it was or is to be given
 * @param known its index as this process saw it last, 0 if never
 * @param routes whether the sandbox's routes matter to it
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

  /** An interface that was made and is no longer desired. */
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

  /** Whether a link in the sandbox is the other end of the node's link. */
  static boolean isVeth(Link inside, Link hostEnd) {
    return inside.kind() instanceof LinkKind.Veth
        && hostEnd.kind() instanceof LinkKind.Veth
        && inside.index() == hostEnd.parent()
        && inside.parent() == hostEnd.index();
  }

  /** Whether a link in a sandbox is a macvlan child of a device elsewhere. */
  static boolean isChild(Link inside) {
    return inside.kind() instanceof LinkKind.Macvlan && inside.parentNamespace() >= 0;
  }

  /** Whether a child may be the one, of which an agent before this one knew the index. */
  boolean mayBe(Link inside) {
    return isChild(inside)
        && (inside.alias().equals(owner.alias())
            || isUnmarked(inside)
            || mac.equals(inside.address()));
  }

  /** Whether an agent was ended over a child before it was marked, or up. */
  boolean isLeftHalfMade(Link inside) {
    return isChild(inside) && isUnmarked(inside) && !inside.isUp();
  }

  private static boolean isUnmarked(Link inside) {
    return Owner.of(inside).equals(Optional.of(Owner.UNFINISHED));
  }
}
