package dev.weft.operator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Driver;
import dev.weft.api.Reason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Devices that two networks request. */
class DeviceAllocationTest extends AllocationRequests {
  @Test
  void aBridgeStaysWithItsNetworkWhicheverIsOlder() {
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
}
