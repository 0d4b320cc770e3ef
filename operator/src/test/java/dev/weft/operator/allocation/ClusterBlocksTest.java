package dev.weft.operator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import dev.weft.api.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Blocks that the cluster or its nodes use already. */
class ClusterBlocksTest extends AllocationRequests {
  @Test
  void aBridgesBlockThatANodeReachesIsRefusedWithNodeAndRoute() {
    AddressPools routed = pools("10.0.0.0/8", 24, used("n7", "192.168.0.0/16"));
    AllocationRequest bridge =
        claim("blue", 1, Driver.BRIDGE, null, NetworkAllocation.NONE, "192.168.5.0/24");

    assertThat(refusals(Allocator.allocate(bridge, List.of(), routed)))
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo(Reason.ROUTE_CONFLICT);
          assertThat(refusal.message()).contains("192.168.5.0/24", "192.168.0.0/16", "node n7");
        });
  }

  @Test
  void oneNodesRoutesKeepNoNetworkFromABlock() {
    AddressPools lied =
        pools(
            "10.0.0.0/8",
            24,
            used("liar", "10.0.0.0/8"),
            used("liar", "192.168.0.0/16"),
            used("n1", "192.0.2.1/32"),
            used("n2", "192.0.2.2/32"));
    AllocationRequest asks =
        claim("blue", 1, Driver.BRIDGE, null, NetworkAllocation.NONE, "192.168.5.0/24");

    assertThat(Allocator.allocate(asks, List.of(), lied))
        .isEqualTo(granted(null, "192.168.5.0/24"));
    assertThat(Allocator.allocate(wants("red", 2), List.of(), lied))
        .isEqualTo(granted(4096, "10.0.0.0/24"));
    assertThat(
            Allocator.conflicts(
                Driver.BRIDGE,
                new NetworkAllocation(List.of(Cidr.parse("192.168.5.0/24")), null, null),
                lied))
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.message()).contains("node liar"));
  }

  @Test
  void ofBlocksOneThatNoNodeReachesIsChosenFirst() {
    AddressPools routed =
        pools("10.0.0.0/8", 24, used("n1", "10.0.0.0/16"), used("n2", "192.0.2.2/32"));

    assertThat(Allocator.allocate(wants("red", 1), List.of(), routed))
        .isEqualTo(granted(4096, "10.1.0.0/24"));
  }

  @Test
  void aBlockOfTheClusterIsRefusedByName() {
    AddressPools cluster =
        pools(
            "10.0.0.0/8",
            24,
            used(new AddressPools.User.Services(), "10.96.0.0/12"),
            used(new AddressPools.User.Pods("n7"), "10.244.7.0/24"),
            used(new AddressPools.User.Host("n7"), "192.168.5.7/32"));

    assertThat(
            refusals(
                Allocator.allocate(
                    asks("blue", 1, null, "10.96.0.0/16", "10.244.0.0/16", "192.168.5.0/24"),
                    List.of(),
                    cluster)))
        .containsExactly(
            new AllocationRefusal(
                Reason.CLUSTER_CONFLICT,
                "spec.subnets: 10.96.0.0/16 overlaps the Service range 10.96.0.0/12 of the cluster;"
                    + " choose another block"),
            new AllocationRefusal(
                Reason.CLUSTER_CONFLICT,
                "spec.subnets: 10.244.0.0/16 overlaps the pod range 10.244.7.0/24 of node n7;"
                    + " choose another block"),
            new AllocationRefusal(
                Reason.CLUSTER_CONFLICT,
                "spec.subnets: 192.168.5.0/24 overlaps 192.168.5.7, an address of node n7; choose"
                    + " another block"));
  }

  @Test
  void aChosenBlockIsNoneOfTheCluster() {
    AddressPools cluster =
        pools(
            "10.0.0.0/8",
            24,
            used(new AddressPools.User.Services(), "10.0.0.0/24"),
            used(new AddressPools.User.Pods("n7"), "10.0.1.0/24"),
            used(new AddressPools.User.Host("n7"), "10.0.2.7/32"));

    assertThat(Allocator.allocate(wants("blue", 1), List.of(), cluster))
        .isEqualTo(granted(4096, "10.0.3.0/24"));
  }

  @Test
  void aServiceRangeInsideANodesRouteIsStillOne() {
    AddressPools cluster =
        pools(
            "10.0.0.0/8",
            24,
            used(new AddressPools.User.Services(), "10.96.0.0/16"),
            used("n7", "10.96.0.0/12"));

    assertThat(
            refusals(Allocator.allocate(asks("blue", 1, null, "10.96.3.0/24"), List.of(), cluster)))
        .extracting(AllocationRefusal::reason)
        .containsExactly(Reason.CLUSTER_CONFLICT);
  }

  @Test
  void aMacvlanNetworkMayHoldItsNodesAndNotTheServices() {
    AddressPools cluster =
        pools(
            "10.0.0.0/8",
            24,
            used(new AddressPools.User.Services(), "10.96.0.0/12"),
            used(new AddressPools.User.Host("n7"), "192.168.5.7/32"));

    assertThat(
            Allocator.allocate(
                claim("lan", 1, Driver.MACVLAN, null, NetworkAllocation.NONE, "192.168.5.0/24"),
                List.of(),
                cluster))
        .isEqualTo(granted(null, "192.168.5.0/24"));
    assertThat(
            refusals(
                Allocator.allocate(
                    claim("lan", 1, Driver.MACVLAN, null, NetworkAllocation.NONE, "10.0.0.0/8"),
                    List.of(),
                    cluster)))
        .extracting(AllocationRefusal::reason)
        .containsExactly(Reason.CLUSTER_CONFLICT);
  }

  @Test
  void aMacvlanNetworkMayUseTheLanThatItsNodesReach() {
    AddressPools routed = pools("10.0.0.0/8", 24, used("n7", "192.168.5.0/24"));
    AllocationRequest lan =
        claim("lan", 1, Driver.MACVLAN, null, NetworkAllocation.NONE, "192.168.5.0/24");

    assertThat(Allocator.allocate(lan, List.of(), routed))
        .isEqualTo(granted(null, "192.168.5.0/24"));
  }

  @Test
  void aRouteThatComesLaterIsReportedForWhatIsHeld() {
    AddressPools routed = pools("10.0.0.0/8", 24, used("n7", "10.0.0.0/16"));
    NetworkAllocation held = new NetworkAllocation(List.of(Cidr.parse("10.0.3.0/24")), 4096, null);

    assertThat(Allocator.conflicts(Driver.OVERLAY, held, routed)).hasSize(1);
    assertThat(Allocator.conflicts(Driver.MACVLAN, held, routed)).isEmpty();
  }
}
