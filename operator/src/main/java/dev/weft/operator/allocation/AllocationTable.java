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
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Blocks, VNIs and devices in use during one allocation. */
final class AllocationTable {
  private final AddressPools pools;
  private final Cidrs<AllocationRequest> held = new Cidrs<>();
  private final Cidrs<AllocationRequest> asked = new Cidrs<>();
  private final Cidrs<AddressPools.User> services = new Cidrs<>();
  private final Cidrs<AddressPools.User> cluster = new Cidrs<>();
  private final Map<String, Cidrs<AddressPools.User>> routes = new TreeMap<>();
  private final Map<Integer, AllocationRequest> vnis = new HashMap<>();
  private final Map<Integer, AllocationRequest> askedVnis = new HashMap<>();
  private final Map<AllocationRequest, DeviceRequest> devices = new LinkedHashMap<>();

  AllocationTable(AddressPools pools) {
    this.pools = pools;
    for (AddressPools.Used each : pools.used()) {
      usersLike(each.user()).add(each.cidr(), each.user());
    }
  }

  AddressPools pools() {
    return pools;
  }

  void hold(AllocationRequest claim, NetworkAllocation grant) {
    grant.subnets().forEach(cidr -> held.add(cidr, claim));
    if (grant.vni() != null) {
      vnis.putIfAbsent(grant.vni(), claim);
    }
    claim.withHeld(grant).heldDevice().ifPresent(device -> devices.put(claim, device));
  }

  /** Keeps Weft's own choices away from the values that {@code claim} requests explicitly. */
  void ask(AllocationRequest claim) {
    claim.subnets().forEach(cidr -> asked.add(cidr, claim));
    if (claim.vni() != null) {
      askedVnis.putIfAbsent(claim.vni(), claim);
    }
  }

  Optional<Cidrs.Entry<AllocationRequest>> holderOf(Cidr cidr) {
    return held.overlapping(cidr);
  }

  /**
   * User of a part of {@code cidr} outside Weft's networks, if it conflicts with {@code driver}.
   */
  Optional<Cidrs.Entry<AddressPools.User>> userOf(Driver driver, Cidr cidr) {
    return users(driver, cidr, 0);
  }

  /**
   * User that keeps networks from {@code cidr}: the cluster, or at least two nodes that have a
   * route to it. One node suffices if only one reports routes. A single node's route is tolerated,
   * because the network then fails on that node only.
   */
  Optional<Cidrs.Entry<AddressPools.User>> obstacleTo(Driver driver, Cidr cidr) {
    return users(driver, cidr, routes.size() > 1 ? 1 : 0);
  }

  private Optional<Cidrs.Entry<AddressPools.User>> users(Driver driver, Cidr cidr, int tolerated) {
    Optional<Cidrs.Entry<AddressPools.User>> service = services.overlapping(cidr);
    // a macvlan network has the subnet of the LAN, which contains nodes and their routes; but a
    // subnet inside the Service range would hide Services from pods
    return driver == Driver.MACVLAN
        ? service
        : service
            .or(() -> cluster.overlapping(cidr))
            .or(() ->
                routes.values().stream()
                    .flatMap(each -> each.overlapping(cidr).stream())
                    .skip(tolerated)
                    .findFirst());
  }

  private Cidrs<AddressPools.User> usersLike(AddressPools.User user) {
    return switch (user) {
      case AddressPools.User.Services _ -> services;
      case AddressPools.User.Pods _, AddressPools.User.Host _ -> cluster;
      case AddressPools.User.Route(String node) -> routes.computeIfAbsent(node, _ -> new Cidrs<>());
    };
  }

  Optional<AllocationRequest> holderOf(int vni) {
    return Optional.ofNullable(vnis.get(vni));
  }

  /** Other network that holds a device and cannot share it with {@code claim}. */
  Optional<AllocationRequest> holderOf(AllocationRequest claim, DeviceRequest device) {
    return devices.entrySet().stream()
        .filter(each -> each.getKey().driver() == claim.driver())
        .filter(each -> !each.getKey().uid().equals(claim.uid()))
        .filter(each -> each.getValue().conflictsWith(device))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  Optional<Integer> freeVni() {
    for (int vni = pools.firstVni(); vni <= pools.lastVni(); vni++) {
      if (!vnis.containsKey(vni) && !askedVnis.containsKey(vni)) {
        return Optional.of(vni);
      }
    }
    return Optional.empty();
  }

  /** A free block that no node has a route to, or else one that at most one node has a route to. */
  Optional<Cidr> freeBlock() {
    return freeBlock(cidr -> userOf(Driver.BRIDGE, cidr))
        .or(() -> freeBlock(cidr -> obstacleTo(Driver.BRIDGE, cidr)));
  }

  private Optional<Cidr> freeBlock(Function<Cidr, Optional<Cidrs.Entry<AddressPools.User>>> users) {
    return pools.pools().stream().flatMap(pool -> freeBlock(pool, users).stream()).findFirst();
  }

  private Optional<Cidr> freeBlock(
      AddressPools.Pool pool, Function<Cidr, Optional<Cidrs.Entry<AddressPools.User>>> users) {
    IpAddress last = pool.cidr().last();
    Cidr candidate = Cidr.containing(pool.cidr().first(), pool.size());
    while (true) {
      Optional<Cidr> obstacle = obstacle(candidate, users);
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

  private Optional<Cidr> obstacle(
      Cidr candidate, Function<Cidr, Optional<Cidrs.Entry<AddressPools.User>>> users) {
    return Stream.of(
            held.overlapping(candidate), asked.overlapping(candidate), users.apply(candidate))
        .flatMap(Optional::stream)
        .map(Cidrs.Entry::cidr)
        .max(Comparator.comparing(Cidr::last));
  }

  private static IpAddress max(IpAddress one, IpAddress other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
