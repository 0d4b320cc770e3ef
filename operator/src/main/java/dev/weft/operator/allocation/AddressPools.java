package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import java.util.List;

/**
 * What allocation draws from and must keep away from.
 *
 * @param pools where blocks come from, in order
 * @param firstVni lowest identifier that may be chosen
 * @param lastVni highest identifier that may be chosen
 * @param used blocks that nodes use already
 */
public record AddressPools(List<Pool> pools, int firstVni, int lastVni, List<Used> used) {
  public AddressPools {
    pools = List.copyOf(pools);
    used = List.copyOf(used);
  }

  /** A block cut into subnets of prefix length {@code size}. */
  public record Pool(Cidr cidr, int size) {}

  /** A block that {@code node} reaches or holds itself, such as its LAN. */
  public record Used(String node, Cidr cidr) {}
}
