package dev.weft.operator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import dev.weft.api.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AllocatorTest {
  private static final AddressPools POOLS = pools("10.0.0.0/8", 24);

  @Test
  void theFirstNetworkGetsTheFirstBlockAndTheFirstVni() {
    assertThat(Allocator.allocate(wants("blue", 1), List.of(), POOLS))
        .isEqualTo(granted(4096, "10.0.0.0/24"));
  }

  @Test
  void aNetworkKeepsAwayFromWhatOthersHold() {
    AllocationRequest red = holds("red", 1, 4096, "10.0.0.0/24", "10.0.1.0/25");

    assertThat(Allocator.allocate(wants("blue", 2), List.of(red), POOLS))
        .isEqualTo(granted(4097, "10.0.2.0/24"));
  }

  @Test
  void aNetworkKeepsAwayFromWhatNodesReach() {
    AddressPools routed =
        pools("10.0.0.0/8", 24, used("n1", "10.0.0.0/9"), used("n2", "10.128.0.7/32"));

    assertThat(Allocator.allocate(wants("blue", 1), List.of(), routed))
        .isEqualTo(granted(4096, "10.128.1.0/24"));
  }

  @Test
  void aChosenBlockIsNeverOneThatAnyNetworkAsksForByName() {
    AllocationRequest younger = asks("red", 2, null, "10.0.0.0/24");

    assertThat(Allocator.allocate(wants("blue", 1), List.of(younger), POOLS))
        .isEqualTo(granted(4096, "10.0.1.0/24"));
  }

  @Test
  void aChosenVniIsNeverOneThatAnyNetworkAsksForByName() {
    AllocationRequest younger = asks("red", 2, 4096);

    assertThat(Allocator.allocate(wants("blue", 1), List.of(younger), POOLS))
        .isEqualTo(granted(4097, "10.0.0.0/24"));
  }

  @Test
  void theOlderOfTwoThatAskForOneBlockGetsIt() {
    AllocationRequest older = asks("red", 1, null, "172.20.0.0/16");
    AllocationRequest younger = asks("blue", 2, null, "172.20.3.0/24");

    assertThat(Allocator.allocate(older, List.of(younger), POOLS))
        .isEqualTo(granted(4096, "172.20.0.0/16"));
    assertThat(refusals(Allocator.allocate(younger, List.of(older), POOLS)))
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo(Reason.SUBNET_CONFLICT);
          assertThat(refusal.message())
              .contains("172.20.3.0/24", "172.20.0.0/16", "network red", "choose another block");
        });
  }

  @Test
  void whatIsHeldStaysEvenIfAnOlderNetworkAsksForItNow() {
    AllocationRequest holder = holds("blue", 2, 5000, "172.20.0.0/24");
    AllocationRequest older = asks("red", 1, 5000, "172.20.0.0/16");

    assertThat(Allocator.allocate(holder, List.of(older), POOLS))
        .isEqualTo(granted(5000, "172.20.0.0/24"));
    assertThat(refusals(Allocator.allocate(older, List.of(holder), POOLS)))
        .extracting(AllocationRefusal::reason)
        .containsExactly(Reason.SUBNET_CONFLICT, Reason.VNI_CONFLICT);
  }

  @Test
  void ofTwoThatHoldTheSameTheYoungerIsRefused() {
    AllocationRequest older = holds("red", 1, 5000, "172.20.0.0/24");
    AllocationRequest younger = holds("blue", 2, 5000, "172.20.0.0/24");

    assertThat(Allocator.allocate(older, List.of(younger), POOLS))
        .isEqualTo(granted(5000, "172.20.0.0/24"));
    assertThat(refusals(Allocator.allocate(younger, List.of(older), POOLS))).hasSize(2);
  }

  @Test
  void anOlderNetworkThatIsRefusedItselfStandsInNobodysWay() {
    AllocationRequest holder = holds("red", 1, 5000, "172.20.0.0/24");
    AllocationRequest refused = asks("green", 2, null, "172.20.0.0/16");
    AllocationRequest youngest = asks("blue", 3, null, "172.20.9.0/24");

    assertThat(Allocator.allocate(youngest, List.of(holder, refused), POOLS))
        .isEqualTo(granted(4096, "172.20.9.0/24"));
  }

  @Test
  void theOutcomeDoesNotDependOnWhoIsLookedAtFirst() {
    AllocationRequest first = wants("red", 1);
    AllocationRequest second = wants("blue", 2);

    assertThat(Allocator.allocate(second, List.of(first), POOLS))
        .isEqualTo(granted(4097, "10.0.1.0/24"));
    assertThat(Allocator.allocate(first, List.of(second), POOLS))
        .isEqualTo(granted(4096, "10.0.0.0/24"));
  }

  @Test
  void aVniThatIsTakenIsRefusedWithItsOwner() {
    AllocationRequest red = holds("red", 1, 7000, "10.0.0.0/24");

    assertThat(refusals(Allocator.allocate(asks("blue", 2, 7000), List.of(red), POOLS)))
        .containsExactly(
            new AllocationRefusal(
                Reason.VNI_CONFLICT,
                "spec.overlay.vni: 7000 belongs to network red, which had it first; choose another"
                    + " one, leave it out, or delete red"));
  }

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
  void whatOneNodeOfManySaysThatItReachesKeepsNoNetworkFromABlock() {
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
  void aHostNetworkNeedsNothing() {
    assertThat(
            Allocator.allocate(
                claim("host", 1, Driver.HOST, null, NetworkAllocation.NONE), List.of(), POOLS))
        .isEqualTo(granted(null));
  }

  @Test
  void aRouteThatComesLaterIsReportedForWhatIsHeld() {
    AddressPools routed = pools("10.0.0.0/8", 24, used("n7", "10.0.0.0/16"));
    NetworkAllocation held = new NetworkAllocation(List.of(Cidr.parse("10.0.3.0/24")), 4096, null);

    assertThat(Allocator.conflicts(Driver.OVERLAY, held, routed)).hasSize(1);
    assertThat(Allocator.conflicts(Driver.MACVLAN, held, routed)).isEmpty();
  }

  @Test
  void anExhaustedPoolIsRefusedWithThePool() {
    AddressPools small = pools("10.9.0.0/24", 25);
    AllocationRequest red = holds("red", 1, 4096, "10.9.0.0/25");
    AllocationRequest green = holds("green", 2, 4097, "10.9.0.128/25");

    assertThat(refusals(Allocator.allocate(wants("blue", 3), List.of(red, green), small)))
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.message()).contains("10.9.0.0/24 by /25"));
  }

  @Test
  void theNextPoolIsUsedWhenTheFirstIsFull() {
    AddressPools two =
        new AddressPools(
            List.of(pool("10.9.0.0/24", 24), pool("fd00::/48", 64)), 4096, 4200, List.of());
    AllocationRequest red = holds("red", 1, 4096, "10.9.0.0/25");

    assertThat(Allocator.allocate(wants("blue", 3), List.of(red), two))
        .isEqualTo(granted(4097, "fd00::/64"));
  }

  @Test
  void exhaustedVnisAreRefusedWithTheRange() {
    AddressPools narrow = new AddressPools(List.of(pool("10.0.0.0/8", 24)), 4096, 4096, List.of());
    AllocationRequest red = holds("red", 1, 4096, "10.0.0.0/24");

    assertThat(refusals(Allocator.allocate(wants("blue", 2), List.of(red), narrow)))
        .extracting(AllocationRefusal::reason)
        .containsExactly(Reason.VNIS_EXHAUSTED);
  }

  @Test
  void aBridgeStaysWithTheNetworkThatHasItWhoeverIsOlder() {
    AllocationRequest web = named("web", 2, Map.of(), "br-web", "10.0.1.0/24");
    AllocationRequest older = naming("aa", 1, Map.of(), "br-web", "10.0.2.0/24");

    assertThat(refusals(Allocator.allocate(older, List.of(web), POOLS)))
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo(Reason.DEVICE_CONFLICT);
          assertThat(refusal.message()).contains("br-web").contains("network web");
        });
    assertThat(Allocator.allocate(web, List.of(older), POOLS))
        .isInstanceOf(AllocationOutcome.Granted.class);
  }

  @Test
  void ofTwoThatHaveABridgeTheOlderKeepsIt() {
    AllocationRequest older = named("web", 1, Map.of(), "br-web", "10.0.1.0/24");
    AllocationRequest younger = named("aa", 2, Map.of(), "br-web", "10.0.2.0/24");

    assertThat(Allocator.allocate(older, List.of(younger), POOLS))
        .isInstanceOf(AllocationOutcome.Granted.class);
    assertThat(refusals(Allocator.allocate(younger, List.of(older), POOLS)))
        .extracting(AllocationRefusal::reason)
        .containsExactly(Reason.DEVICE_CONFLICT);
  }

  @Test
  void networksForDifferentNodesNameTheSameBridge() {
    AllocationRequest one = named("one", 1, Map.of("zone", "a"), "br-web", "10.0.1.0/24");

    assertThat(
            Allocator.allocate(
                naming("other", 2, Map.of("zone", "b"), "br-web", "10.0.2.0/24"),
                List.of(one),
                POOLS))
        .isInstanceOf(AllocationOutcome.Granted.class);
    assertThat(
            refusals(
                Allocator.allocate(
                    naming("third", 3, Map.of("disk", "ssd"), "br-web", "10.0.3.0/24"),
                    List.of(one),
                    POOLS)))
        .hasSize(1);
  }

  @Test
  void onlyModePassthruKeepsAParentFromOtherNetworks() {
    AllocationRequest lan = macvlan("lan", 1, false, "192.168.5.0/24");
    AllocationRequest passthru = macvlan("own", 2, true, "192.168.6.0/24");

    assertThat(Allocator.allocate(macvlan("two", 2, false, "192.168.7.0/24"), List.of(lan), POOLS))
        .isInstanceOf(AllocationOutcome.Granted.class);
    assertThat(refusals(Allocator.allocate(passthru, List.of(lan), POOLS)))
        .extracting(AllocationRefusal::reason)
        .containsExactly(Reason.DEVICE_CONFLICT);
  }

  private static AllocationRequest naming(
      String name, int age, Map<String, String> nodes, String bridge, String cidr) {
    return device(
        claim(name, age, Driver.BRIDGE, null, NetworkAllocation.NONE, cidr),
        new DeviceRequest(bridge, true, nodes));
  }

  private static AllocationRequest named(
      String name, int age, Map<String, String> nodes, String bridge, String cidr) {
    return naming(name, age, nodes, bridge, cidr)
        .withHeld(new NetworkAllocation(blocks(cidr), null, bridge));
  }

  private static AllocationRequest macvlan(String name, int age, boolean passthru, String cidr) {
    AllocationRequest claim =
        device(
            claim(name, age, Driver.MACVLAN, null, NetworkAllocation.NONE, cidr),
            new DeviceRequest("eth5", passthru, Map.of()));
    return passthru ? claim : claim.withHeld(new NetworkAllocation(blocks(cidr), null, "eth5"));
  }

  private static AllocationRequest device(AllocationRequest claim, DeviceRequest device) {
    return new AllocationRequest(
        claim.name(),
        claim.uid(),
        claim.created(),
        claim.driver(),
        claim.subnets(),
        claim.vni(),
        device,
        claim.held());
  }

  static AllocationRequest claim(
      String name,
      int age,
      Driver driver,
      @Nullable Integer vni,
      NetworkAllocation held,
      String... cidrs) {
    return new AllocationRequest(
        name,
        name,
        "2026-01-01T00:00:%02dZ".formatted(age),
        driver,
        blocks(cidrs),
        vni,
        null,
        held);
  }

  private static AllocationRequest wants(String name, int age) {
    return asks(name, age, null);
  }

  private static AllocationRequest asks(
      String name, int age, @Nullable Integer vni, String... cidrs) {
    return claim(name, age, Driver.OVERLAY, vni, NetworkAllocation.NONE, cidrs);
  }

  private static AllocationRequest holds(String name, int age, Integer vni, String... cidrs) {
    return claim(name, age, Driver.OVERLAY, null, new NetworkAllocation(blocks(cidrs), vni, null));
  }

  private static AllocationOutcome granted(@Nullable Integer vni, String... cidrs) {
    return new AllocationOutcome.Granted(new NetworkAllocation(blocks(cidrs), vni, null));
  }

  private static List<AllocationRefusal> refusals(AllocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(AllocationOutcome.Refused.class);
    return ((AllocationOutcome.Refused) outcome).refusals();
  }

  private static List<Cidr> blocks(String... cidrs) {
    return Arrays.stream(cidrs).map(Cidr::parse).toList();
  }

  private static AddressPools pools(String pool, int size, AddressPools.Used... used) {
    return new AddressPools(List.of(pool(pool, size)), 4096, 16_777_215, List.of(used));
  }

  private static AddressPools.Pool pool(String cidr, int size) {
    return new AddressPools.Pool(Cidr.parse(cidr), size);
  }

  private static AddressPools.Used used(String node, String cidr) {
    return used(new AddressPools.User.Route(node), cidr);
  }

  private static AddressPools.Used used(AddressPools.User user, String cidr) {
    return new AddressPools.Used(user, Cidr.parse(cidr));
  }
}
