package dev.weft.api.validation;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import dev.weft.api.IpAddress;
import dev.weft.api.IpRange;
import dev.weft.api.Subnet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rules of the address blocks of one network. */
final class SubnetRules {
  /** Special-purpose blocks, which no network may use (RFC 6890). */
  private static final SortedMap<Cidr, String> SPECIAL =
      new TreeMap<>(
          Map.of(
              Cidr.parse("0.0.0.0/8"), "addresses of this host",
              Cidr.parse("127.0.0.0/8"), "loopback addresses",
              Cidr.parse("224.0.0.0/4"), "multicast addresses",
              Cidr.parse("::/8"), "addresses that the protocol reserves",
              Cidr.parse("fe80::/10"), "link-local addresses",
              Cidr.parse("ff00::/8"), "multicast addresses"));

  private SubnetRules() {}

  static void check(Driver driver, @Nullable List<Subnet> subnets, Violations problems) {
    if (subnets == null) {
      return;
    }
    if (subnets.isEmpty()) {
      problems.add(
          "spec.subnets", "the list is empty", "remove it to get a subnet from Weft, or add one");
    }
    Map<Integer, Cidr> blocks = new TreeMap<>();
    for (int i = 0; i < subnets.size(); i++) {
      String field = field(i);
      Optional<Cidr> block = problems.block(field + ".cidr", subnets.get(i).cidr());
      if (block.isPresent()) {
        blocks.put(i, block.get());
        roomy(field + ".cidr", block.get(), problems);
        ordinary(field + ".cidr", block.get(), problems);
        contents(field, subnets.get(i), block.get(), problems);
      }
    }
    apart(blocks, problems);
    if (driver != Driver.OVERLAY) {
      oneOfEachFamily(driver, blocks, problems);
    }
  }

  private static void roomy(String field, Cidr block, Violations problems) {
    if (block.network().bits() - block.prefix() < 2) {
      problems.add(
          field,
          "%s has no room for a gateway and an endpoint".formatted(block),
          "use /%d or a larger block".formatted(block.network().bits() - 2));
    }
  }

  static void ordinary(String field, Cidr block, Violations problems) {
    SPECIAL.forEach((special, meaning) -> {
      if (special.overlaps(block)) {
        problems.add(
            field,
            "%s overlaps %s: %s".formatted(block, special, meaning),
            "use a private block, such as one of 10.0.0.0/8 or fd00::/8");
      }
    });
  }

  private static void contents(String field, Subnet subnet, Cidr block, Violations problems) {
    if (subnet.gateway() != null) {
      gateway(field + ".gateway", subnet.gateway(), block, problems);
    }
    inside(field + ".ranges", subnet.ranges(), text -> Cidr.parse(text).range(), block, problems);
    inside(field + ".excluded", subnet.excluded(), IpRange::parse, block, problems);
    if (subnet.reserved() != null) {
      subnet
          .reserved()
          .forEach((name, address) ->
              inside(
                  field + ".reserved." + name,
                  address,
                  text -> single(IpAddress.parse(text)),
                  block,
                  problems));
    }
  }

  private static void gateway(String field, String text, Cidr block, Violations problems) {
    String remedy =
        "use an address from %s to %s, or remove it"
            .formatted(block.usable().first(), block.usable().last());
    problems
        .read(field, text, IpAddress::parse, remedy)
        .ifPresent(address -> {
          if (!block.contains(address)) {
            problems.add(field, "%s is outside %s".formatted(address, block), remedy);
          } else if (!block.usable().contains(address)) {
            problems.add(
                field,
                "%s is the %s address of %s"
                    .formatted(
                        address,
                        address.equals(block.first()) ? "network's own" : "broadcast",
                        block),
                remedy);
          }
        });
  }

  private static void inside(
      String field,
      @Nullable List<String> texts,
      Function<String, IpRange> parse,
      Cidr block,
      Violations problems) {
    for (int i = 0; texts != null && i < texts.size(); i++) {
      inside("%s[%d]".formatted(field, i), texts.get(i), parse, block, problems);
    }
  }

  private static void inside(
      String field, String text, Function<String, IpRange> parse, Cidr block, Violations problems) {
    String remedy = "stay between %s and %s".formatted(block.first(), block.last());
    problems
        .read(field, text, parse, remedy)
        .filter(range -> !block.range().contains(range))
        .ifPresent(range ->
            problems.add(
                field, "%s is not inside %s".formatted(Violations.quote(text), block), remedy));
  }

  private static IpRange single(IpAddress address) {
    return new IpRange(address, address);
  }

  private static void apart(Map<Integer, Cidr> blocks, Violations problems) {
    blocks.forEach((i, block) ->
        blocks.forEach((j, earlier) -> {
          if (j < i && block.overlaps(earlier)) {
            problems.add(
                field(i) + ".cidr",
                "%s overlaps %s of %s".formatted(block, earlier, field(j)),
                "use blocks that share no address");
          }
        }));
  }

  private static void oneOfEachFamily(
      Driver driver, Map<Integer, Cidr> blocks, Violations problems) {
    Map<Boolean, Cidr> first = new HashMap<>();
    blocks.forEach((i, block) -> {
      Cidr earlier = first.putIfAbsent(block.isIpv4(), block);
      if (earlier != null) {
        problems.add(
            field(i) + ".cidr",
            "%s supports one %s subnet and has %s already"
                .formatted(driver, block.isIpv4() ? "IPv4" : "IPv6", earlier),
            "make a second network for it");
      }
    });
  }

  private static String field(int index) {
    return "spec.subnets[%d]".formatted(index);
  }
}
