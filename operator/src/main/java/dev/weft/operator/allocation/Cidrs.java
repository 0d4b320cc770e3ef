package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.IpAddress;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Blocks with their owners, asked for overlaps. Two blocks are either apart or one lies in the
 * other, and then the larger one answers for both: what remains is disjoint, so one look to each
 * side finds an overlap.
 */
final class Cidrs<O> {
  private final TreeMap<IpAddress, Entry<O>> byFirst = new TreeMap<>();

  record Entry<O>(Cidr cidr, O owner) {}

  void add(Cidr cidr, O owner) {
    Optional<Entry<O>> there = overlapping(cidr);
    if (there.isPresent() && there.get().cidr().contains(cidr)) {
      return;
    }
    byFirst.subMap(cidr.first(), true, cidr.last(), true).clear();
    byFirst.put(cidr.first(), new Entry<>(cidr, owner));
  }

  /** The first block that shares an address with {@code cidr}. */
  Optional<Entry<O>> overlapping(Cidr cidr) {
    var below = byFirst.floorEntry(cidr.first());
    if (below != null && below.getValue().cidr().overlaps(cidr)) {
      return Optional.of(below.getValue());
    }
    var inside = byFirst.ceilingEntry(cidr.first());
    return inside != null && cidr.contains(inside.getKey())
        ? Optional.of(inside.getValue())
        : Optional.empty();
  }
}
