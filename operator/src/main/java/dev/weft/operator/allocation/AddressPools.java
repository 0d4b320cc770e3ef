package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import java.util.List;

/**
 * What allocation draws from and must keep away from.
 *
 * @param pools where blocks come from, in order
 * @param firstVni lowest identifier that may be chosen
 * @param lastVni highest identifier that may be chosen
 * @param used blocks that the cluster and its nodes use already
 */
public record AddressPools(List<Pool> pools, int firstVni, int lastVni, List<Used> used) {
  public AddressPools {
    pools = List.copyOf(pools);
    used = List.copyOf(used);
  }

  /** A block cut into subnets of prefix length {@code size}. */
  public record Pool(Cidr cidr, int size) {}

  /** A block that is no network's. */
  public record Used(User user, Cidr cidr) {}

  /** Who uses a block. */
  public sealed interface User {
    /** The cluster's Services have their addresses from it. */
    record Services() implements User {}

    /** The pods of a node have their addresses from it. */
    record Pods(String node) implements User {}

    /** It is an address of a node. */
    record Host(String node) implements User {}

    /** A node reaches it by a route, such as its LAN. */
    record Route(String node) implements User {}
  }
}
