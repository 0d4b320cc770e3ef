package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.AddressCounts;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.Subnet;
import dev.weft.operator.network.AddressSpace.Fullness;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AddressSpaceTest {
  @Test
  void networkBroadcastAndGatewayAreNotHandedOut() {
    AddressSpace space = space("10.0.0.0/29", "10.0.0.1", null);

    assertThat(space.count(List.of())).isEqualTo(new AddressCounts(0L, 5L));
    assertThat(space.contains(IpAddress.parse("10.0.0.1"))).isFalse();
    assertThat(space.contains(IpAddress.parse("10.0.0.2"))).isTrue();
  }

  @Test
  void whatIsExcludedOrReservedIsNotHandedOut() {
    Subnet subnet =
        new Subnet(
            "10.0.0.0/24",
            null,
            null,
            List.of("10.0.0.100-10.0.0.199", "10.0.0.64/26", "10.0.0.2"),
            Map.of("printer", "10.0.0.3"));

    // 254 usable, less gateway, .2, .3, .64-.199
    assertThat(space("10.0.0.0/24", "10.0.0.1", subnet).count(List.of()).free())
        .isEqualTo(254 - 3 - 136);
  }

  @Test
  void onlyTheRangesAreHandedOutEachAddressOnce() {
    Subnet subnet =
        new Subnet(
            "10.0.0.0/24",
            null,
            List.of("10.0.0.0/28", "10.0.0.8/29", "10.0.0.8/29", "10.0.0.128/30"),
            null,
            null);

    assertThat(space("10.0.0.0/24", "10.0.0.1", subnet).count(List.of()).free())
        .isEqualTo(15 - 1 + 4);
  }

  @Test
  void aUsedAddressThatIsNotHandedOutTakesNoneAway() {
    AddressSpace space = space("10.0.0.0/29", "10.0.0.1", null);

    assertThat(space.count(addresses("10.0.0.2", "192.168.0.1")))
        .isEqualTo(new AddressCounts(2L, 4L));
  }

  @Test
  void anIpv6SubnetHasMoreThanCanBeCounted() {
    assertThat(space("fd00::/64", null, null).count(addresses("fd00::2")))
        .isEqualTo(new AddressCounts(1L, Long.MAX_VALUE));
  }

  @Test
  void ofTwoFamiliesTheFullerOneCounts() {
    AddressSpace space =
        AddressSpace.of(
            List.of(
                new EffectiveSubnet("10.0.0.0/30", "10.0.0.1", false),
                new EffectiveSubnet("fd00::/64", null, false)),
            null);

    assertThat(space.fullness(addresses("10.0.0.2", "fd00::2"))).isEqualTo(Fullness.FULL);
    assertThat(space.count(addresses("10.0.0.2", "fd00::2"))).isEqualTo(new AddressCounts(2L, 0L));
  }

  @Test
  void threeQuartersAreNearlyFull() {
    AddressSpace space = space("10.0.0.0/29", "10.0.0.1", null);

    assertThat(space.fullness(addresses("10.0.0.2", "10.0.0.3", "10.0.0.4")))
        .isEqualTo(Fullness.ROOMY);
    assertThat(space.fullness(addresses("10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5")))
        .isEqualTo(Fullness.NEARLY_FULL);
    assertThat(
            space.fullness(addresses("10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6")))
        .isEqualTo(Fullness.FULL);
  }

  private static AddressSpace space(String cidr, @Nullable String gateway, @Nullable Subnet asked) {
    return AddressSpace.of(
        List.of(new EffectiveSubnet(cidr, gateway, false)), asked == null ? null : List.of(asked));
  }

  private static List<IpAddress> addresses(String... texts) {
    return Arrays.stream(texts).map(IpAddress::parse).toList();
  }
}
