package dev.weft.agent.attach.claim;

import dev.weft.api.Attachment;
import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.IpRange;
import dev.weft.api.MacvlanMode;
import dev.weft.api.Subnet;
import dev.weft.mesh.Macs;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of a network that may be assigned.
 *
 * @param takesMac whether a pod may choose its MAC address
 */
record AssignableAddresses(String network, List<Block> blocks, boolean takesMac) {

  AssignableAddresses {
    blocks = List.copyOf(blocks);
  }

  /**
   * One subnet.
   *
   * @param cidr the subnet
   * @param open ranges to assign addresses from
   * @param closed ranges never assigned: gateway, reserved and excluded addresses
   */
  record Block(Cidr cidr, List<IpRange> open, List<IpRange> closed) {
    Block {
      open = List.copyOf(open);
      closed = List.copyOf(closed);
    }

    /** The first address from {@code from} on that is open, not closed and not taken. */
    private Optional<IpAddress> next(IpRange range, BigInteger from, Set<IpAddress> taken) {
      BigInteger at = from.max(range.first().value());
      while (at.compareTo(range.last().value()) <= 0) {
        IpAddress address = new IpAddress(cidr.network().bits(), at);
        Optional<IpRange> wall = closed.stream().filter(each -> each.contains(address)).findFirst();
        if (wall.isEmpty() && !taken.contains(address)) {
          return Optional.of(address);
        }
        at = wall.map(each -> each.last().value()).orElse(at).add(BigInteger.ONE);
      }
      return Optional.empty();
    }
  }

  /**
   * The addresses of a network.
   *
   * @throws IllegalArgumentException if its subnets are malformed
   */
  static AssignableAddresses of(ContainerNetwork network) {
    List<EffectiveSubnet> effective =
        network.getStatus() == null || network.getStatus().subnets() == null
            ? List.of()
            : network.getStatus().subnets();
    List<Block> blocks = new ArrayList<>();
    for (EffectiveSubnet each : effective) {
      if (each.cidr() != null) {
        blocks.add(block(Cidr.parse(each.cidr()), each.gateway(), declared(network, each.cidr())));
      }
    }
    return new AssignableAddresses(
        network.getMetadata().getName(), blocks, !isPassthru(network.getSpec()));
  }

  private static boolean isPassthru(@Nullable ContainerNetworkSpec spec) {
    return spec != null
        && spec.macvlan() != null
        && MacvlanMode.of(spec.macvlan().mode()).equals(Optional.of(MacvlanMode.PASSTHRU));
  }

  /** Whether the network has addresses of this family: 32 bits for IPv4, 128 for IPv6. */
  boolean has(int bits) {
    return blocks.stream().anyMatch(each -> each.cidr.network().bits() == bits);
  }

  /**
   * A free address, the lowest first.
   *
   * @param bits 32 for IPv4, 128 for IPv6
   * @param taken addresses that are not free
   * @param skip how many free addresses to skip, if there are more: competitors that choose
   *     different ones conflict less often
   */
  Optional<IpAddress> free(int bits, Set<IpAddress> taken, int skip) {
    return free(bits, BigInteger.ZERO, taken, skip);
  }

  /** A free address above {@code last}, or else the lowest. */
  Optional<IpAddress> freeAfter(IpAddress last, Set<IpAddress> taken, int skip) {
    return free(last.bits(), last.value().add(BigInteger.ONE), taken, skip)
        .or(() -> free(last.bits(), taken, skip));
  }

  /** Whether an address may be assigned, whether or not it is held. */
  boolean handsOut(IpAddress address) {
    return blocks.stream()
        .anyMatch(each ->
            each.open.stream().anyMatch(it -> it.contains(address))
                && each.closed.stream().noneMatch(it -> it.contains(address)));
  }

  /** Whether an address is in one of the subnets. */
  boolean contains(IpAddress address) {
    return blocks.stream().anyMatch(each -> each.cidr.contains(address));
  }

  private Optional<IpAddress> free(int bits, BigInteger from, Set<IpAddress> taken, int skip) {
    Optional<IpAddress> best = Optional.empty();
    int left = skip;
    for (Block block : blocks) {
      if (block.cidr.network().bits() != bits) {
        continue;
      }
      for (IpRange range : block.open) {
        Optional<IpAddress> found = block.next(range, from, taken);
        while (found.isPresent()) {
          best = found;
          if (left-- == 0) {
            return best;
          }
          found = block.next(range, found.get().value().add(BigInteger.ONE), taken);
        }
      }
    }
    return best;
  }

  /** The address with the prefix length of its subnet; empty if it is in none. */
  Optional<String> withPrefix(IpAddress address) {
    return blocks.stream()
        .filter(each -> each.cidr.contains(address))
        .findFirst()
        .map(each -> address + "/" + each.cidr.prefix());
  }

  /** Rejects a requested address that may not be assigned, whether or not it is held. */
  void check(IpAddress asked) throws AttachError {
    Block block =
        blocks.stream()
            .filter(each -> each.cidr.contains(asked))
            .findFirst()
            .orElseThrow(() ->
                AttachError.until(
                    "%s is not an address of network %s; ask for one in %s"
                        .formatted(asked, network, subnets())));
    boolean held =
        !block.cidr.usable().contains(asked)
            || block.closed.stream().anyMatch(each -> each.contains(asked));
    if (held) {
      throw AttachError.until(
          ("%s on network %s is never handed out: it is the gateway, the subnet's own, reserved or"
                  + " excluded; ask for another in %s")
              .formatted(asked, network, block.cidr));
    }
  }

  /**
   * Rejects a MAC address that another address of the network gets by default. In mode Passthru it
   * rejects every MAC address, because the pod has that of the node's interface.
   */
  void check(Attachment attachment) throws AttachError {
    String mac = attachment.mac();
    if (mac != null && !takesMac) {
      throw AttachError.until(
          ("network %s is in mode Passthru: its pod has the MAC address of the node's interface,"
                  + " not %s; leave the MAC address out, or use a network of another mode")
              .formatted(network, mac));
    }
    Optional<IpAddress> owner =
        Macs.ipv4(mac == null ? "" : mac).map(IpAddress::of).filter(this::contains);
    if (owner.isPresent() && !attachment.ips().contains(owner.get())) {
      throw AttachError.until(
          ("MAC address %s on network %s belongs to the holder of %s; ask for that address as well,"
                  + " or for another MAC address")
              .formatted(mac, network, owner.get()));
    }
  }

  /** The subnets, for an error message. */
  String subnets() {
    return String.join(", ", blocks.stream().map(each -> each.cidr.toString()).toList());
  }

  private static Block block(Cidr cidr, @Nullable String gateway, Optional<Subnet> declared) {
    List<IpRange> open = new ArrayList<>();
    List<String> ranges =
        declared.map(Subnet::ranges).filter(each -> !each.isEmpty()).orElse(List.of());
    for (String range : ranges) {
      intersection(Cidr.parse(range).range(), cidr.usable()).ifPresent(open::add);
    }
    if (ranges.isEmpty()) {
      open.add(cidr.usable());
    }
    Stream<String> closed =
        Stream.of(
                Stream.ofNullable(gateway),
                declared.map(Subnet::gateway).stream(),
                declared.map(Subnet::excluded).stream().flatMap(List::stream),
                declared.map(Subnet::reserved).stream().flatMap(each -> each.values().stream()))
            .flatMap(each -> each);
    return new Block(cidr, open, closed.map(IpRange::parse).toList());
  }

  private static Optional<Subnet> declared(ContainerNetwork network, String cidr) {
    ContainerNetworkSpec spec = network.getSpec();
    return spec == null || spec.subnets() == null
        ? Optional.empty()
        : spec.subnets().stream().filter(each -> same(cidr, each.cidr())).findFirst();
  }

  private static boolean same(String cidr, @Nullable String other) {
    return other != null && (cidr.equals(other) || Cidr.parse(cidr).equals(Cidr.parse(other)));
  }

  private static Optional<IpRange> intersection(IpRange one, IpRange other) {
    if (!one.overlaps(other)) {
      return Optional.empty();
    }
    IpAddress first = one.first().compareTo(other.first()) > 0 ? one.first() : other.first();
    IpAddress last = one.last().compareTo(other.last()) < 0 ? one.last() : other.last();
    return Optional.of(new IpRange(first, last));
  }
}
