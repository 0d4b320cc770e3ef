package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import dev.weft.api.IpAddress;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What is taken while one allocation is worked out. */
final class Book {
  private final Ground ground;
  private final Cidrs<Claim> held = new Cidrs<>();
  private final Cidrs<Claim> asked = new Cidrs<>();
  private final Cidrs<Ground.User> services = new Cidrs<>();
  private final Cidrs<Ground.User> used = new Cidrs<>();
  private final Map<Integer, Claim> vnis = new HashMap<>();
  private final Map<Integer, Claim> askedVnis = new HashMap<>();
  private final Map<Claim, DeviceClaim> devices = new LinkedHashMap<>();

  Book(Ground ground) {
    this.ground = ground;
    for (Ground.Used each : ground.used()) {
      (each.user() instanceof Ground.User.Services ? services : used).add(each.cidr(), each.user());
    }
  }

  Ground ground() {
    return ground;
  }

  void hold(Claim claim, Grant grant) {
    grant.subnets().forEach(cidr -> held.add(cidr, claim));
    if (grant.vni() != null) {
      vnis.putIfAbsent(grant.vni(), claim);
    }
    claim.withHeld(grant).heldDevice().ifPresent(device -> devices.put(claim, device));
  }

  /** Keeps chosen values away from what {@code claim} asks for by name. */
  void ask(Claim claim) {
    claim.subnets().forEach(cidr -> asked.add(cidr, claim));
    if (claim.vni() != null) {
      askedVnis.putIfAbsent(claim.vni(), claim);
    }
  }

  Optional<Cidrs.Entry<Claim>> holderOf(Cidr cidr) {
    return held.overlapping(cidr);
  }

  /** Who uses a part of {@code cidr} without being a network, as far as {@code driver} minds. */
  Optional<Cidrs.Entry<Ground.User>> userOf(Driver driver, Cidr cidr) {
    // a macvlan network's subnet is the LAN's, where nodes are and which they reach by a route; but
    // a pod that reached Services on the LAN would reach no Service
    return driver == Driver.MACVLAN
        ? services.overlapping(cidr)
        : services.overlapping(cidr).or(() -> used.overlapping(cidr));
  }

  Optional<Claim> holderOf(int vni) {
    return Optional.ofNullable(vnis.get(vni));
  }

  /** The network that has a device, where the two cannot share it; never the claim itself. */
  Optional<Claim> holderOf(Claim claim, DeviceClaim device) {
    return devices.entrySet().stream()
        .filter(each -> each.getKey().driver() == claim.driver())
        .filter(each -> !each.getKey().uid().equals(claim.uid()))
        .filter(each -> each.getValue().conflictsWith(device))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  Optional<Integer> freeVni() {
    for (int vni = ground.firstVni(); vni <= ground.lastVni(); vni++) {
      if (!vnis.containsKey(vni) && !askedVnis.containsKey(vni)) {
        return Optional.of(vni);
      }
    }
    return Optional.empty();
  }

  Optional<Cidr> freeBlock() {
    return ground.pools().stream().flatMap(pool -> freeBlock(pool).stream()).findFirst();
  }

  private Optional<Cidr> freeBlock(Ground.Pool pool) {
    IpAddress last = pool.cidr().last();
    Cidr candidate = Cidr.containing(pool.cidr().first(), pool.size());
    while (true) {
      Optional<Cidr> obstacle = obstacle(candidate);
      if (obstacle.isEmpty()) {
        return Optional.of(candidate);
      }
      IpAddress passed = max(obstacle.get().last(), candidate.last());
      if (passed.compareTo(last) >= 0) {
        return Optional.empty();
      }
      candidate =
          Cidr.containing(
              new IpAddress(passed.bits(), passed.value().add(BigInteger.ONE)), pool.size());
    }
  }

  private Optional<Cidr> obstacle(Cidr candidate) {
    return Stream.of(
            held.overlapping(candidate),
            asked.overlapping(candidate),
            services.overlapping(candidate),
            used.overlapping(candidate))
        .flatMap(Optional::stream)
        .map(Cidrs.Entry::cidr)
        .max(Comparator.comparing(Cidr::last));
  }

  private static IpAddress max(IpAddress one, IpAddress other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
