package dev.weft.operator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Driver;
import dev.weft.api.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocatorTest extends AllocationRequests {
  @Test
  void theFirstNetworkGetsTheFirstBlockAndTheFirstVni() {
    assertThat(Allocator.allocate(wants("blue", 1), List.of(), POOLS))
        .isEqualTo(granted(4096, "10.0.0.0/24"));
  }

  @Test
  void aNetworkAvoidsWhatOthersHold() {
    AllocationRequest red = holds("red", 1, 4096, "10.0.0.0/24", "10.0.1.0/25");

    assertThat(Allocator.allocate(wants("blue", 2), List.of(red), POOLS))
        .isEqualTo(granted(4097, "10.0.2.0/24"));
  }

  @Test
  void aNetworkAvoidsWhatNodesReach() {
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
  void aRefusedOlderNetworkBlocksNoOther() {
    AllocationRequest holder = holds("red", 1, 5000, "172.20.0.0/24");
    AllocationRequest refused = asks("green", 2, null, "172.20.0.0/16");
    AllocationRequest youngest = asks("blue", 3, null, "172.20.9.0/24");

    assertThat(Allocator.allocate(youngest, List.of(holder, refused), POOLS))
        .isEqualTo(granted(4096, "172.20.9.0/24"));
  }

  @Test
  void theOutcomeDoesNotDependOnTheOrder() {
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
  void aHostNetworkNeedsNothing() {
    assertThat(
            Allocator.allocate(
                claim("host", 1, Driver.HOST, null, NetworkAllocation.NONE), List.of(), POOLS))
        .isEqualTo(granted(null));
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
}
