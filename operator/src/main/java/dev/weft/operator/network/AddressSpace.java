package dev.weft.operator.network;

import dev.weft.api.AddressCounts;
import dev.weft.api.Cidr;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.IpRange;
import dev.weft.api.Subnet;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Addresses that a network allocates from, as disjoint ranges. */
public record AddressSpace(List<IpRange> ranges) {
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  /** Usage of a space. Of two address families, the fuller one counts. */
  enum Fullness {
    ROOMY,
    NEARLY_FULL,
    FULL
  }

  public AddressSpace {
    ranges = List.copyOf(ranges);
  }

  /**
   * The space of a network with the subnets {@code held}.
   *
   * @param asked the subnets in the spec
   */
  public static AddressSpace of(List<EffectiveSubnet> held, @Nullable List<Subnet> asked) {
    List<IpRange> ranges = new ArrayList<>();
    for (EffectiveSubnet each : held) {
      Cidr cidr = Cidr.parse(Objects.requireNonNull(each.cidr()));
      Subnet subnet =
          Objects.requireNonNullElse(asked, List.<Subnet>of()).stream()
              .filter(one -> Cidr.parse(Objects.requireNonNull(one.cidr())).equals(cidr))
              .findFirst()
              .orElse(new Subnet(null, null, null, null, null));
      ranges.addAll(handedOut(cidr, each.gateway(), subnet));
    }
    return new AddressSpace(ranges);
  }

  /** The highest address of a family that is not taken. */
  public Optional<IpAddress> last(boolean ipv4, Set<IpAddress> taken) {
    return ranges.stream()
        .filter(range -> range.first().isIpv4() == ipv4)
        .sorted(Comparator.comparing(IpRange::first).reversed())
        .flatMap(range ->
            Stream.iterate(range.last(), range::contains, AddressSpace::before)
                .filter(each -> !taken.contains(each))
                .limit(1))
        .findFirst();
  }

  private static IpAddress before(IpAddress address) {
    return address.value().signum() == 0
        ? new IpAddress(address.bits(), BigInteger.TWO.pow(address.bits()).subtract(BigInteger.ONE))
        : address.plus(-1);
  }

  boolean contains(IpAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  /** Number of used and free addresses; free counts the family with the fewest left. */
  AddressCounts count(Collection<IpAddress> used) {
    long free =
        Stream.of(true, false)
            .filter(this::has)
            .map(ipv4 -> size(ipv4).subtract(inside(used, ipv4)).max(BigInteger.ZERO).min(MAX))
            .min(Comparator.naturalOrder())
            .orElse(BigInteger.ZERO)
            .longValueExact();
    return new AddressCounts((long) used.size(), free);
  }

  Fullness fullness(Collection<IpAddress> used) {
    return Stream.of(true, false)
        .filter(this::has)
        .map(ipv4 -> fullness(inside(used, ipv4), size(ipv4)))
        .max(Comparator.naturalOrder())
        .orElse(Fullness.FULL);
  }

  private static Fullness fullness(BigInteger used, BigInteger size) {
    if (used.compareTo(size) >= 0) {
      return Fullness.FULL;
    }
    boolean threeQuarters =
        used.multiply(BigInteger.valueOf(4)).compareTo(size.multiply(BigInteger.valueOf(3))) >= 0;
    return threeQuarters ? Fullness.NEARLY_FULL : Fullness.ROOMY;
  }

  private boolean has(boolean ipv4) {
    return ranges.stream().anyMatch(range -> range.first().isIpv4() == ipv4);
  }

  private BigInteger size(boolean ipv4) {
    return ranges.stream()
        .filter(range -> range.first().isIpv4() == ipv4)
        .map(IpRange::size)
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private BigInteger inside(Collection<IpAddress> used, boolean ipv4) {
    return BigInteger.valueOf(
        used.stream().filter(each -> each.isIpv4() == ipv4 && contains(each)).count());
  }

  private static List<IpRange> handedOut(Cidr cidr, @Nullable String gateway, Subnet subnet) {
    List<IpRange> ranges =
        subnet.ranges() == null
            ? List.of(cidr.usable())
            : disjoint(subnet.ranges().stream().map(text -> Cidr.parse(text)).toList(), cidr);
    List<String> barred = new ArrayList<>();
    if (gateway != null) {
      barred.add(gateway);
    }
    barred.addAll(Objects.requireNonNullElse(subnet.excluded(), List.of()));
    if (subnet.reserved() != null) {
      barred.addAll(subnet.reserved().values());
    }
    List<IpRange> left = ranges;
    for (String each : barred) {
      IpRange hole = IpRange.parse(each);
      left = left.stream().flatMap(range -> without(range, hole)).toList();
    }
    return left;
  }

  /** The blocks that lie in no other one. Blocks are disjoint or nested, so these are disjoint. */
  private static List<IpRange> disjoint(List<Cidr> blocks, Cidr subnet) {
    IpRange usable = subnet.usable();
    return blocks.stream()
        .distinct()
        .filter(each -> blocks.stream().noneMatch(o -> !o.equals(each) && o.contains(each)))
        .map(Cidr::range)
        .filter(usable::overlaps)
        .map(range -> clip(range, usable))
        .toList();
  }

  private static IpRange clip(IpRange range, IpRange bounds) {
    return new IpRange(
        range.first().compareTo(bounds.first()) < 0 ? bounds.first() : range.first(),
        range.last().compareTo(bounds.last()) > 0 ? bounds.last() : range.last());
  }

  private static Stream<IpRange> without(IpRange range, IpRange hole) {
    if (!range.overlaps(hole)) {
      return Stream.of(range);
    }
    Stream.Builder<IpRange> rest = Stream.builder();
    if (range.first().compareTo(hole.first()) < 0) {
      rest.add(new IpRange(range.first(), hole.first().plus(-1)));
    }
    if (hole.last().compareTo(range.last()) < 0) {
      rest.add(new IpRange(hole.last().plus(1), range.last()));
    }
    return rest.build();
  }
}
