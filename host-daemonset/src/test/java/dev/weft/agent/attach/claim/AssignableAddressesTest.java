package dev.weft.agent.attach.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.Given;
import dev.weft.api.Attachment;
import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.IpAddress;
import dev.weft.api.IpRange;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.SubnetBuilder;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AssignableAddressesTest {
  private static AssignableAddresses lan() {
    return AssignableAddresses.of(
        Given.network(
            "lan",
            "macvlan",
            SubnetBuilder.builder()
                .cidr("192.168.7.0/24")
                .gateway("192.168.7.129")
                .ranges(List.of("192.168.7.128/28"))
                .excluded(List.of("192.168.7.132-192.168.7.135"))
                .reserved(Map.of("printer", "192.168.7.130"))
                .build()));
  }

  @Test
  void theLowestFreeAddressOfTheRangesComesFirst() {
    assertThat(lan().free(32, Set.of(), 0)).contains(IpAddress.parse("192.168.7.128"));
    assertThat(lan().free(32, Set.of(IpAddress.parse("192.168.7.128")), 0))
        .contains(IpAddress.parse("192.168.7.131"));
  }

  @Test
  void exactlyWhatIsOpenAndNotClosedIsHandedOut() {
    assertThat(all(lan(), 0)).hasSize(16 - 1 - 4 - 1);
  }

  @Test
  void theSubnetsOwnAndItsBroadcastAddressAreNeverHandedOut() {
    AssignableAddresses pool = AssignableAddresses.of(Given.overlay("blue", "10.0.0.0/30"));
    assertThat(all(pool, 0))
        .containsExactlyInAnyOrder(IpAddress.parse("10.0.0.1"), IpAddress.parse("10.0.0.2"));
  }

  @Test
  void blocksOfOneAndTwoAddressesAreUsedUp() {
    assertThat(all(AssignableAddresses.of(Given.overlay("one", "10.0.0.7/32")), 0)).hasSize(1);
    assertThat(all(AssignableAddresses.of(Given.overlay("two", "10.0.0.6/31")), 0)).hasSize(2);
  }

  @Test
  void anIpv6BlockOfAnySizeAnswersAtOnce() {
    AssignableAddresses pool = AssignableAddresses.of(Given.overlay("six", "fd00:1::/64"));
    assertThat(pool.free(128, Set.of(IpAddress.parse("fd00:1::1")), 0))
        .contains(IpAddress.parse("fd00:1::2"));
    assertThat(pool.has(32)).isFalse();
    assertThat(pool.free(32, Set.of(), 0)).isEmpty();
  }

  @Test
  void anAddressThatCannotBeAssignedIsRefusedWithWhatToAskForInstead() {
    assertThatThrownBy(() -> lan().check(IpAddress.parse("10.9.9.9")))
        .hasMessageContaining("not an address of network lan")
        .hasMessageContaining("192.168.7.0/24");
    assertThatThrownBy(() -> lan().check(IpAddress.parse("192.168.7.130")))
        .hasMessageContaining("never handed out");
    assertThatThrownBy(() -> lan().check(IpAddress.parse("192.168.7.255")))
        .hasMessageContaining("never handed out");
  }

  @Test
  void aPodInModePassthruChoosesNoMacAddress() throws AttachError {
    ContainerNetwork network =
        Given.network("nic", "macvlan", SubnetBuilder.builder().cidr("10.8.0.0/24").build());
    network.setSpec(
        ContainerNetworkSpecBuilder.builder(network.getSpec())
            .macvlan(new MacvlanOptions("eth5", "Passthru", null, null))
            .build());
    AssignableAddresses pool = AssignableAddresses.of(network);

    pool.check(new Attachment("nic", null, List.of(), null, null));
    assertThatThrownBy(
            () -> pool.check(new Attachment("nic", null, List.of(), "02:00:00:00:00:01", null)))
        .hasMessageContaining("mode Passthru")
        .hasMessageContaining("leave the MAC address out");
  }

  @Test
  void aPodMayAskForAnAddressOutsideTheRanges() throws AttachError {
    lan().check(IpAddress.parse("192.168.7.9"));
    assertThat(lan().withPrefix(IpAddress.parse("192.168.7.9"))).contains("192.168.7.9/24");
  }

  @Property(tries = 100)
  void noAddressIsHandedOutTwiceNorOneThatIsClosed(
      @ForAll @IntRange(min = 25, max = 32) int prefix,
      @ForAll @IntRange(max = 150) int closedFrom,
      @ForAll @IntRange(max = 40) int closedLength,
      @ForAll @IntRange(max = 5) int skip) {
    Cidr block = Cidr.containing(IpAddress.parse("10.8.3.77"), prefix);
    IpAddress gateway = block.usable().first();
    BigInteger last = block.last().value();
    IpAddress from =
        new IpAddress(32, block.first().value().add(BigInteger.valueOf(closedFrom)).min(last));
    IpAddress to = new IpAddress(32, from.value().add(BigInteger.valueOf(closedLength)).min(last));
    AssignableAddresses pool =
        AssignableAddresses.of(
            Given.network(
                "p",
                "bridge",
                SubnetBuilder.builder()
                    .cidr(block.toString())
                    .gateway(gateway.toString())
                    .excluded(List.of(new IpRange(from, to).toString()))
                    .build()));

    Set<IpAddress> taken = all(pool, skip);

    assertThat(taken)
        .allMatch(each -> block.usable().contains(each))
        .noneMatch(each -> each.equals(gateway) || new IpRange(from, to).contains(each));
    long open =
        Stream.iterate(block.usable().first(), each -> each.plus(1))
            .limit(block.usable().size().longValueExact())
            .filter(each -> !each.equals(gateway) && !new IpRange(from, to).contains(each))
            .count();
    assertThat(taken).hasSize(Math.toIntExact(open));
  }

  /** Takes addresses until none is left; fails if one is returned twice. */
  private static Set<IpAddress> all(AssignableAddresses pool, int skip) {
    Set<IpAddress> taken = new HashSet<>();
    Optional<IpAddress> next = pool.free(32, taken, skip);
    while (next.isPresent()) {
      assertThat(taken.add(next.get())).as("%s is new", next.get()).isTrue();
      next = pool.free(32, taken, skip);
    }
    return taken;
  }
}
