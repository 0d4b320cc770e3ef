package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import java.util.List;

/**
 * Pools that allocation uses, and blocks that it must avoid.
 *
 * @param pools pools in order of preference
 * @param firstVni lowest VNI that may be chosen
 * @param lastVni highest VNI that may be chosen
 * @param used blocks that the cluster and its nodes use already
 */
public record AddressPools(List<Pool> pools, int firstVni, int lastVni, List<Used> used) {
  public AddressPools {
    pools = List.copyOf(pools);
    used = List.copyOf(used);
  }

  /** A block cut into subnets of prefix length {@code size}. */
  public record Pool(Cidr cidr, int size) {}

  /** A block in use outside Weft's networks. */
  public record Used(User user, Cidr cidr) {}

  /** User of a block. */
  public sealed interface User {
    /** Services of the cluster get their addresses from it. */
    record Services() implements User {}

    /** Pods of a node get their addresses from it. */
    record Pods(String node) implements User {}

    /** It is an address of a node. */
    record Host(String node) implements User {}

    /** A node reaches it by a route, such as its LAN. */
    record Route(String node) implements User {}
  }
}
