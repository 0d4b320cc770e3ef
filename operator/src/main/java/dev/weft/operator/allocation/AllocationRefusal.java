package dev.weft.operator.allocation;

import dev.weft.api.Driver;
import dev.weft.api.Reason;

/**
 * Reason why a network cannot get what it needs.
 *
 * @param message the requested value, the obstacle and the remedy
 */
public record AllocationRefusal(Reason reason, String message) {
  static AllocationRefusal subnetTaken(Cidrs.Entry<AllocationRequest> taken, String asked) {
    String other = taken.owner().name();
    return new AllocationRefusal(
        Reason.SUBNET_CONFLICT,
        "spec.subnets: %s overlaps %s of network %s, which had it first; choose another block or delete %s"
            .formatted(asked, taken.cidr(), other, other));
  }

  static AllocationRefusal used(Cidrs.Entry<AddressPools.User> taken, String asked) {
    return switch (taken.owner()) {
      case AddressPools.User.Services() ->
          ofCluster(asked, "the Service range %s of the cluster".formatted(taken.cidr()));
      case AddressPools.User.Pods(String node) ->
          ofCluster(asked, "the pod range %s of node %s".formatted(taken.cidr(), node));
      case AddressPools.User.Host(String node) ->
          ofCluster(asked, "%s, an address of node %s".formatted(taken.cidr().network(), node));
      case AddressPools.User.Route(String node) ->
          new AllocationRefusal(
              Reason.ROUTE_CONFLICT,
              "spec.subnets: %s overlaps %s, which node %s already reaches another way; choose another block, or take the route off the node"
                  .formatted(asked, taken.cidr(), node));
    };
  }

  private static AllocationRefusal ofCluster(String asked, String taken) {
    return new AllocationRefusal(
        Reason.CLUSTER_CONFLICT,
        "spec.subnets: %s overlaps %s; choose another block".formatted(asked, taken));
  }

  static AllocationRefusal vniTaken(int vni, AllocationRequest owner) {
    return new AllocationRefusal(
        Reason.VNI_CONFLICT,
        "spec.overlay.vni: %d belongs to network %s, which had it first; choose another one, leave it out, or delete %s"
            .formatted(vni, owner.name(), owner.name()));
  }

  static AllocationRefusal deviceTaken(Driver driver, String device, AllocationRequest owner) {
    return new AllocationRefusal(
        Reason.DEVICE_CONFLICT,
        driver == Driver.MACVLAN
            ? "spec.macvlan.parent: %s belongs to network %s, and mode Passthru shares it with no other; choose another parent, or delete %s"
                .formatted(device, owner.name(), owner.name())
            : "spec.bridge.name: %s is the bridge of network %s, which had it first; choose another name, leave it out, or delete %s"
                .formatted(device, owner.name(), owner.name()));
  }

  static AllocationRefusal poolsExhausted(AddressPools pools) {
    return new AllocationRefusal(
        Reason.POOL_EXHAUSTED,
        "no block is free in the address pools %s; add a pool to the Mesh, set spec.subnets, or delete a network"
            .formatted(
                pools.pools().stream().map(pool -> pool.cidr() + " by /" + pool.size()).toList()));
  }

  static AllocationRefusal vnisExhausted(AddressPools pools) {
    return new AllocationRefusal(
        Reason.VNIS_EXHAUSTED,
        "no VNI is free from %d to %d; widen spec.vnis of the Mesh, set spec.overlay.vni, or delete a network"
            .formatted(pools.firstVni(), pools.lastVni()));
  }
}
