package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Decides the allocation of a network. Held values stay. Requested values go to the oldest network
 * first, so the result does not depend on the order of evaluation.
 */
public final class Allocator {
  private Allocator() {}

  /**
   * Decides the allocation of {@code claim}, given {@code others}. A request that already holds all
   * it needs keeps it, unless an older network holds the same.
   */
  public static AllocationOutcome allocate(
      AllocationRequest claim, Collection<AllocationRequest> others, AddressPools pools) {
    AllocationTable table = new AllocationTable(pools);
    others.stream().sorted().forEach(other -> table.hold(other, other.held()));
    if (claim.held().subnets().stream().allMatch(cidr -> table.holderOf(cidr).isEmpty())) {
      table.hold(claim, claim.held());
    }
    others.forEach(table::ask);
    others.stream()
        .filter(other -> !other.isSettled() && other.isOlderThan(claim))
        .sorted()
        .forEach(older -> {
          if (decide(older, table) instanceof AllocationOutcome.Granted granted) {
            table.hold(older, granted.grant());
          }
        });
    return decide(claim, table);
  }

  /**
   * Conflicts of held blocks with the cluster or a node, such as with a route that was added later.
   */
  public static List<AllocationRefusal> conflicts(
      Driver driver, NetworkAllocation grant, AddressPools pools) {
    AllocationTable table = new AllocationTable(pools);
    return grant.subnets().stream()
        .flatMap(cidr ->
            table
                .userOf(driver, cidr)
                .map(used -> AllocationRefusal.used(used, cidr.toString()))
                .stream())
        .toList();
  }

  private static AllocationOutcome decide(AllocationRequest claim, AllocationTable table) {
    List<AllocationRefusal> refusals = new ArrayList<>();
    List<Cidr> subnets = subnets(claim, table, refusals);
    Integer vni = vni(claim, table, refusals).orElse(null);
    String device = device(claim, table, refusals).orElse(null);
    return refusals.isEmpty()
        ? new AllocationOutcome.Granted(new NetworkAllocation(subnets, vni, device))
        : new AllocationOutcome.Refused(refusals);
  }

  private static List<Cidr> subnets(
      AllocationRequest claim, AllocationTable table, List<AllocationRefusal> refusals) {
    if (!claim.needsSubnets()) {
      for (Cidr cidr : claim.held().subnets()) {
        table
            .holderOf(cidr)
            .filter(holder -> holder.owner().isOlderThan(claim))
            .ifPresent(
                holder -> refusals.add(AllocationRefusal.subnetTaken(holder, cidr.toString())));
      }
      return claim.held().subnets();
    }
    if (claim.subnets().isEmpty()) {
      Optional<Cidr> free = table.freeBlock();
      if (free.isEmpty()) {
        refusals.add(AllocationRefusal.poolsExhausted(table.pools()));
      }
      return free.stream().toList();
    }
    for (Cidr cidr : claim.subnets()) {
      table
          .holderOf(cidr)
          .ifPresent(
              holder -> refusals.add(AllocationRefusal.subnetTaken(holder, cidr.toString())));
      table
          .obstacleTo(claim.driver(), cidr)
          .ifPresent(used -> refusals.add(AllocationRefusal.used(used, cidr.toString())));
    }
    return claim.subnets();
  }

  private static Optional<String> device(
      AllocationRequest claim, AllocationTable table, List<AllocationRefusal> refusals) {
    DeviceRequest asked = claim.device();
    if (asked == null) {
      return Optional.empty();
    }
    table
        .holderOf(claim, asked)
        .filter(holder -> claim.needsDevice() || holder.isOlderThan(claim))
        .ifPresent(holder ->
            refusals.add(AllocationRefusal.deviceTaken(claim.driver(), asked.name(), holder)));
    return Optional.of(asked.name());
  }

  private static Optional<Integer> vni(
      AllocationRequest claim, AllocationTable table, List<AllocationRefusal> refusals) {
    if (claim.driver() != Driver.OVERLAY) {
      return Optional.empty();
    }
    Integer held = claim.held().vni();
    if (held != null) {
      table
          .holderOf(held)
          .filter(holder -> holder.isOlderThan(claim))
          .ifPresent(holder -> refusals.add(AllocationRefusal.vniTaken(held, holder)));
      return Optional.of(held);
    }
    Integer asked = claim.vni();
    if (asked != null) {
      table
          .holderOf(asked)
          .ifPresent(holder -> refusals.add(AllocationRefusal.vniTaken(asked, holder)));
      return Optional.of(asked);
    }
    Optional<Integer> free = table.freeVni();
    if (free.isEmpty()) {
      refusals.add(AllocationRefusal.vnisExhausted(table.pools()));
    }
    return free;
  }
}
