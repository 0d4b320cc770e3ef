package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.IpAddress;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Finds overlaps among blocks with owners. Two blocks are either disjoint or nested, and only the
 * larger of nested blocks is kept. All kept blocks are disjoint, so one lookup to each side finds
 * an overlap.
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
