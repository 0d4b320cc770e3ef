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
  private static final Ground GROUND = ground("10.0.0.0/8", 24);

  @Test
  void theFirstNetworkGetsTheFirstBlockAndTheFirstVni() {
    assertThat(Allocator.allocate(wants("blue", 1), List.of(), GROUND))
        .isEqualTo(granted(4096, "10.0.0.0/24"));
  }

  @Test
  void aNetworkKeepsAwayFromWhatOthersHold() {
    Claim red = holds("red", 1, 4096, "10.0.0.0/24", "10.0.1.0/25");

    assertThat(Allocator.allocate(wants("blue", 2), List.of(red), GROUND))
        .isEqualTo(granted(4097, "10.0.2.0/24"));
  }

  @Test
  void aNetworkKeepsAwayFromWhatNodesReach() {
    Ground routed = ground("10.0.0.0/8", 24, used("n1", "10.0.0.0/9"), used("n2", "10.128.0.7/32"));

    assertThat(Allocator.allocate(wants("blue", 1), List.of(), routed))
        .isEqualTo(granted(4096, "10.128.1.0/24"));
  }

  @Test
  void aChosenBlockIsNeverOneThatAnyNetworkAsksForByName() {
    Claim younger = asks("red", 2, null, "10.0.0.0/24");

    assertThat(Allocator.allocate(wants("blue", 1), List.of(younger), GROUND))
        .isEqualTo(granted(4096, "10.0.1.0/24"));
  }

  @Test
  void aChosenVniIsNeverOneThatAnyNetworkAsksForByName() {
    Claim younger = asks("red", 2, 4096);

    assertThat(Allocator.allocate(wants("blue", 1), List.of(younger), GROUND))
        .isEqualTo(granted(4097, "10.0.0.0/24"));
  }

  @Test
  void theOlderOfTwoThatAskForOneBlockGetsIt() {
    Claim older = asks("red", 1, null, "172.20.0.0/16");
    Claim younger = asks("blue", 2, null, "172.20.3.0/24");

    assertThat(Allocator.allocate(older, List.of(younger), GROUND))
        .isEqualTo(granted(4096, "172.20.0.0/16"));
    assertThat(refusals(Allocator.allocate(younger, List.of(older), GROUND)))
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo(Reason.SUBNET_CONFLICT);
          assertThat(refusal.message())
              .contains("172.20.3.0/24", "172.20.0.0/16", "network red", "choose another block");
        });
  }

  @Test
  void whatIsHeldStaysEvenIfAnOlderNetworkAsksForItNow() {
    Claim holder = holds("blue", 2, 5000, "172.20.0.0/24");
    Claim older = asks("red", 1, 5000, "172.20.0.0/16");

    assertThat(Allocator.allocate(holder, List.of(older), GROUND))
        .isEqualTo(granted(5000, "172.20.0.0/24"));
    assertThat(refusals(Allocator.allocate(older, List.of(holder), GROUND)))
        .extracting(Refusal::reason)
        .containsExactly(Reason.SUBNET_CONFLICT, Reason.VNI_CONFLICT);
  }

  @Test
  void ofTwoThatHoldTheSameTheYoungerIsRefused() {
    Claim older = holds("red", 1, 5000, "172.20.0.0/24");
    Claim younger = holds("blue", 2, 5000, "172.20.0.0/24");

    assertThat(Allocator.allocate(older, List.of(younger), GROUND))
        .isEqualTo(granted(5000, "172.20.0.0/24"));
    assertThat(refusals(Allocator.allocate(younger, List.of(older), GROUND))).hasSize(2);
  }

  @Test
  void anOlderNetworkThatIsRefusedItselfStandsInNobodysWay() {
    Claim holder = holds("red", 1, 5000, "172.20.0.0/24");
    Claim refused = asks("green", 2, null, "172.20.0.0/16");
    Claim youngest = asks("blue", 3, null, "172.20.9.0/24");

    assertThat(Allocator.allocate(youngest, List.of(holder, refused), GROUND))
        .isEqualTo(granted(4096, "172.20.9.0/24"));
  }

  @Test
  void theOutcomeDoesNotDependOnWhoIsLookedAtFirst() {
    Claim first = wants("red", 1);
    Claim second = wants("blue", 2);

    assertThat(Allocator.allocate(second, List.of(first), GROUND))
        .isEqualTo(granted(4097, "10.0.1.0/24"));
    assertThat(Allocator.allocate(first, List.of(second), GROUND))
        .isEqualTo(granted(4096, "10.0.0.0/24"));
  }

  @Test
  void aVniThatIsTakenIsRefusedWithItsOwner() {
    Claim red = holds("red", 1, 7000, "10.0.0.0/24");

    assertThat(refusals(Allocator.allocate(asks("blue", 2, 7000), List.of(red), GROUND)))
        .containsExactly(
            new Refusal(
                Reason.VNI_CONFLICT,
                "spec.overlay.vni: 7000 belongs to network red, which had it first; choose another"
                    + " one, leave it out, or delete red"));
  }

  @Test
  void aBridgesBlockThatANodeReachesIsRefusedWithNodeAndRoute() {
    Ground routed = ground("10.0.0.0/8", 24, used("n7", "192.168.0.0/16"));
    Claim bridge = claim("blue", 1, Driver.BRIDGE, null, Grant.NONE, "192.168.5.0/24");

    assertThat(refusals(Allocator.allocate(bridge, List.of(), routed)))
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo(Reason.ROUTE_CONFLICT);
          assertThat(refusal.message()).contains("192.168.5.0/24", "192.168.0.0/16", "node n7");
        });
  }

  @Test
  void aBlockOfTheClusterIsRefusedByName() {
    Ground cluster =
        ground(
            "10.0.0.0/8",
            24,
            used(new Ground.User.Services(), "10.96.0.0/12"),
            used(new Ground.User.Pods("n7"), "10.244.7.0/24"),
            used(new Ground.User.Host("n7"), "192.168.5.7/32"));

    assertThat(
            refusals(
                Allocator.allocate(
                    asks("blue", 1, null, "10.96.0.0/16", "10.244.0.0/16", "192.168.5.0/24"),
                    List.of(),
                    cluster)))
        .containsExactly(
            new Refusal(
                Reason.CLUSTER_CONFLICT,
                "spec.subnets: 10.96.0.0/16 overlaps the Service range 10.96.0.0/12 of the cluster;"
                    + " choose another block"),
            new Refusal(
                Reason.CLUSTER_CONFLICT,
                "spec.subnets: 10.244.0.0/16 overlaps the pod range 10.244.7.0/24 of node n7;"
                    + " choose another block"),
            new Refusal(
                Reason.CLUSTER_CONFLICT,
                "spec.subnets: 192.168.5.0/24 overlaps 192.168.5.7, an address of node n7; choose"
                    + " another block"));
  }

  @Test
  void aChosenBlockIsNoneOfTheCluster() {
    Ground cluster =
        ground(
            "10.0.0.0/8",
            24,
            used(new Ground.User.Services(), "10.0.0.0/24"),
            used(new Ground.User.Pods("n7"), "10.0.1.0/24"),
            used(new Ground.User.Host("n7"), "10.0.2.7/32"));

    assertThat(Allocator.allocate(wants("blue", 1), List.of(), cluster))
        .isEqualTo(granted(4096, "10.0.3.0/24"));
  }

  @Test
  void aServiceRangeInsideANodesRouteIsStillOne() {
    Ground cluster =
        ground(
            "10.0.0.0/8",
            24,
            used(new Ground.User.Services(), "10.96.0.0/16"),
            used("n7", "10.96.0.0/12"));

    assertThat(
            refusals(Allocator.allocate(asks("blue", 1, null, "10.96.3.0/24"), List.of(), cluster)))
        .extracting(Refusal::reason)
        .containsExactly(Reason.CLUSTER_CONFLICT);
  }

  @Test
  void aMacvlanNetworkMayHoldItsNodesAndNotTheServices() {
    Ground cluster =
        ground(
            "10.0.0.0/8",
            24,
            used(new Ground.User.Services(), "10.96.0.0/12"),
            used(new Ground.User.Host("n7"), "192.168.5.7/32"));

    assertThat(
            Allocator.allocate(
                claim("lan", 1, Driver.MACVLAN, null, Grant.NONE, "192.168.5.0/24"),
                List.of(),
                cluster))
        .isEqualTo(granted(null, "192.168.5.0/24"));
    assertThat(
            refusals(
                Allocator.allocate(
                    claim("lan", 1, Driver.MACVLAN, null, Grant.NONE, "10.0.0.0/8"),
                    List.of(),
                    cluster)))
        .extracting(Refusal::reason)
        .containsExactly(Reason.CLUSTER_CONFLICT);
  }

  @Test
  void aMacvlanNetworkMayUseTheLanThatItsNodesReach() {
    Ground routed = ground("10.0.0.0/8", 24, used("n7", "192.168.5.0/24"));
    Claim lan = claim("lan", 1, Driver.MACVLAN, null, Grant.NONE, "192.168.5.0/24");

    assertThat(Allocator.allocate(lan, List.of(), routed))
        .isEqualTo(granted(null, "192.168.5.0/24"));
  }

  @Test
  void aHostNetworkNeedsNothing() {
    assertThat(
            Allocator.allocate(claim("host", 1, Driver.HOST, null, Grant.NONE), List.of(), GROUND))
        .isEqualTo(granted(null));
  }

  @Test
  void aRouteThatComesLaterIsReportedForWhatIsHeld() {
    Ground routed = ground("10.0.0.0/8", 24, used("n7", "10.0.0.0/16"));
    Grant held = new Grant(List.of(Cidr.parse("10.0.3.0/24")), 4096, null);

    assertThat(Allocator.conflicts(Driver.OVERLAY, held, routed)).hasSize(1);
    assertThat(Allocator.conflicts(Driver.MACVLAN, held, routed)).isEmpty();
  }

  @Test
  void anExhaustedPoolIsRefusedWithThePool() {
    Ground small = ground("10.9.0.0/24", 25);
    Claim red = holds("red", 1, 4096, "10.9.0.0/25");
    Claim green = holds("green", 2, 4097, "10.9.0.128/25");

    assertThat(refusals(Allocator.allocate(wants("blue", 3), List.of(red, green), small)))
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.message()).contains("10.9.0.0/24 by /25"));
  }

  @Test
  void theNextPoolIsUsedWhenTheFirstIsFull() {
    Ground two =
        new Ground(List.of(pool("10.9.0.0/24", 24), pool("fd00::/48", 64)), 4096, 4200, List.of());
    Claim red = holds("red", 1, 4096, "10.9.0.0/25");

    assertThat(Allocator.allocate(wants("blue", 3), List.of(red), two))
        .isEqualTo(granted(4097, "fd00::/64"));
  }

  @Test
  void exhaustedVnisAreRefusedWithTheRange() {
    Ground narrow = new Ground(List.of(pool("10.0.0.0/8", 24)), 4096, 4096, List.of());
    Claim red = holds("red", 1, 4096, "10.0.0.0/24");

    assertThat(refusals(Allocator.allocate(wants("blue", 2), List.of(red), narrow)))
        .extracting(Refusal::reason)
        .containsExactly(Reason.VNIS_EXHAUSTED);
  }

  @Test
  void aBridgeStaysWithTheNetworkThatHasItWhoeverIsOlder() {
    Claim web = named("web", 2, Map.of(), "br-web", "10.0.1.0/24");
    Claim older = naming("aa", 1, Map.of(), "br-web", "10.0.2.0/24");

    assertThat(refusals(Allocator.allocate(older, List.of(web), GROUND)))
        .singleElement()
        .satisfies(refusal -> {
          assertThat(refusal.reason()).isEqualTo(Reason.DEVICE_CONFLICT);
          assertThat(refusal.message()).contains("br-web").contains("network web");
        });
    assertThat(Allocator.allocate(web, List.of(older), GROUND)).isInstanceOf(Outcome.Granted.class);
  }

  @Test
  void ofTwoThatHaveABridgeTheOlderKeepsIt() {
    Claim older = named("web", 1, Map.of(), "br-web", "10.0.1.0/24");
    Claim younger = named("aa", 2, Map.of(), "br-web", "10.0.2.0/24");

    assertThat(Allocator.allocate(older, List.of(younger), GROUND))
        .isInstanceOf(Outcome.Granted.class);
    assertThat(refusals(Allocator.allocate(younger, List.of(older), GROUND)))
        .extracting(Refusal::reason)
        .containsExactly(Reason.DEVICE_CONFLICT);
  }

  @Test
  void networksForDifferentNodesNameTheSameBridge() {
    Claim one = named("one", 1, Map.of("zone", "a"), "br-web", "10.0.1.0/24");

    assertThat(
            Allocator.allocate(
                naming("other", 2, Map.of("zone", "b"), "br-web", "10.0.2.0/24"),
                List.of(one),
                GROUND))
        .isInstanceOf(Outcome.Granted.class);
    assertThat(
            refusals(
                Allocator.allocate(
                    naming("third", 3, Map.of("disk", "ssd"), "br-web", "10.0.3.0/24"),
                    List.of(one),
                    GROUND)))
        .hasSize(1);
  }

  @Test
  void onlyModePassthruKeepsAParentFromOtherNetworks() {
    Claim lan = macvlan("lan", 1, false, "192.168.5.0/24");
    Claim passthru = macvlan("own", 2, true, "192.168.6.0/24");

    assertThat(Allocator.allocate(macvlan("two", 2, false, "192.168.7.0/24"), List.of(lan), GROUND))
        .isInstanceOf(Outcome.Granted.class);
    assertThat(refusals(Allocator.allocate(passthru, List.of(lan), GROUND)))
        .extracting(Refusal::reason)
        .containsExactly(Reason.DEVICE_CONFLICT);
  }

  private static Claim naming(
      String name, int age, Map<String, String> nodes, String bridge, String cidr) {
    return device(
        claim(name, age, Driver.BRIDGE, null, Grant.NONE, cidr),
        new DeviceClaim(bridge, true, nodes));
  }

  private static Claim named(
      String name, int age, Map<String, String> nodes, String bridge, String cidr) {
    return naming(name, age, nodes, bridge, cidr).withHeld(new Grant(blocks(cidr), null, bridge));
  }

  private static Claim macvlan(String name, int age, boolean passthru, String cidr) {
    Claim claim =
        device(
            claim(name, age, Driver.MACVLAN, null, Grant.NONE, cidr),
            new DeviceClaim("eth5", passthru, Map.of()));
    return passthru ? claim : claim.withHeld(new Grant(blocks(cidr), null, "eth5"));
  }

  private static Claim device(Claim claim, DeviceClaim device) {
    return new Claim(
        claim.name(),
        claim.uid(),
        claim.created(),
        claim.driver(),
        claim.subnets(),
        claim.vni(),
        device,
        claim.held());
  }

  static Claim claim(
      String name, int age, Driver driver, @Nullable Integer vni, Grant held, String... cidrs) {
    return new Claim(
        name,
        name,
        "2026-01-01T00:00:%02dZ".formatted(age),
        driver,
        blocks(cidrs),
        vni,
        null,
        held);
  }

  private static Claim wants(String name, int age) {
    return asks(name, age, null);
  }

  private static Claim asks(String name, int age, @Nullable Integer vni, String... cidrs) {
    return claim(name, age, Driver.OVERLAY, vni, Grant.NONE, cidrs);
  }

  private static Claim holds(String name, int age, Integer vni, String... cidrs) {
    return claim(name, age, Driver.OVERLAY, null, new Grant(blocks(cidrs), vni, null));
  }

  private static Outcome granted(@Nullable Integer vni, String... cidrs) {
    return new Outcome.Granted(new Grant(blocks(cidrs), vni, null));
  }

  private static List<Refusal> refusals(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused) outcome).refusals();
  }

  private static List<Cidr> blocks(String... cidrs) {
    return Arrays.stream(cidrs).map(Cidr::parse).toList();
  }

  private static Ground ground(String pool, int size, Ground.Used... used) {
    return new Ground(List.of(pool(pool, size)), 4096, 16_777_215, List.of(used));
  }

  private static Ground.Pool pool(String cidr, int size) {
    return new Ground.Pool(Cidr.parse(cidr), size);
  }

  private static Ground.Used used(String node, String cidr) {
    return used(new Ground.User.Route(node), cidr);
  }

  private static Ground.Used used(Ground.User user, String cidr) {
    return new Ground.Used(user, Cidr.parse(cidr));
  }
}
