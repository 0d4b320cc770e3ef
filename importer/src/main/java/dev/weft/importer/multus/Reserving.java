package dev.weft.importer.multus;

import dev.weft.api.Cidr;
import dev.weft.api.IpAddress;
import dev.weft.api.IpRange;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Addresses of a subnet that are not to be handed out, within the limits of a Subnet.
 *
 * @param reserved addresses by holder
 * @param excluded ranges, as texts
 */
record Reserving(Map<String, String> reserved, List<String> excluded) {
  private static final int MOST_RESERVED = 256;
  private static final int MOST_EXCLUDED = 64;

  Reserving {
    reserved = new LinkedHashMap<>(reserved);
    excluded = List.copyOf(excluded);
  }

  /**
   * Reserves addresses.
   *
   * @param holders of addresses in use; beyond 256, ranges around them are excluded instead
   * @param excluded ranges that are excluded anyway
   */
  static Reserving of(Map<IpAddress, String> holders, List<IpRange> excluded) {
    Map<String, String> reserved = new LinkedHashMap<>();
    List<IpRange> ranges = new ArrayList<>(excluded);
    if (holders.size() <= MOST_RESERVED) {
      holders.forEach((address, holder) -> {
        String name = holder;
        for (int i = 2; reserved.containsKey(name); i++) {
          name = holder + "-" + i;
        }
        reserved.put(name, address.toString());
      });
    } else {
      new TreeSet<>(holders.keySet()).forEach(each -> ranges.add(new IpRange(each, each)));
    }
    return new Reserving(reserved, joined(ranges).stream().map(IpRange::toString).toList());
  }

  /** At most 64 ranges: those with the smallest gaps between them become one. */
  private static List<IpRange> joined(List<IpRange> ranges) {
    List<IpRange> joined = new ArrayList<>();
    ranges.stream()
        .sorted(Comparator.comparing(IpRange::first))
        .forEach(each -> {
          if (!joined.isEmpty() && gap(joined.getLast(), each).signum() <= 0) {
            joined.add(around(joined.removeLast(), each));
          } else {
            joined.add(each);
          }
        });
    while (joined.size() > MOST_EXCLUDED) {
      int least = 0;
      for (int i = 1; i < joined.size() - 1; i++) {
        if (gap(joined.get(i), joined.get(i + 1))
                .compareTo(gap(joined.get(least), joined.get(least + 1)))
            < 0) {
          least = i;
        }
      }
      joined.set(least, around(joined.get(least), joined.remove(least + 1)));
    }
    return joined;
  }

  /** Number of addresses between two ranges; negative if they overlap. */
  private static BigInteger gap(IpRange low, IpRange high) {
    return high.first().value().subtract(low.last().value()).subtract(BigInteger.ONE);
  }

  private static IpRange around(IpRange low, IpRange high) {
    return new IpRange(
        low.first(), low.last().compareTo(high.last()) > 0 ? low.last() : high.last());
  }

  /** The usable addresses of a block that are in none of these ranges. */
  static List<IpRange> outside(Cidr block, List<IpRange> open) {
    List<IpRange> outside = new ArrayList<>();
    IpAddress next = block.usable().first();
    for (IpRange each : open.stream().sorted(Comparator.comparing(IpRange::first)).toList()) {
      if (each.first().compareTo(next) > 0) {
        outside.add(new IpRange(next, each.first().plus(-1)));
      }
      if (each.last().compareTo(next) >= 0) {
        next = each.last().plus(1);
      }
    }
    if (next.compareTo(block.usable().last()) <= 0) {
      outside.add(new IpRange(next, block.usable().last()));
    }
    return outside;
  }
}
