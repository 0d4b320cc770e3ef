package dev.weft.operator.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Cidr;
import dev.weft.api.Driver;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests of networks, and their allocations. */
abstract class AllocationRequests {
  static final AddressPools POOLS = pools("10.0.0.0/8", 24);

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

  static AllocationRequest wants(String name, int age) {
    return asks(name, age, null);
  }

  static AllocationRequest asks(String name, int age, @Nullable Integer vni, String... cidrs) {
    return claim(name, age, Driver.OVERLAY, vni, NetworkAllocation.NONE, cidrs);
  }

  static AllocationRequest holds(String name, int age, Integer vni, String... cidrs) {
    return claim(name, age, Driver.OVERLAY, null, new NetworkAllocation(blocks(cidrs), vni, null));
  }

  static AllocationOutcome granted(@Nullable Integer vni, String... cidrs) {
    return new AllocationOutcome.Granted(new NetworkAllocation(blocks(cidrs), vni, null));
  }

  static List<AllocationRefusal> refusals(AllocationOutcome outcome) {
    assertThat(outcome).isInstanceOf(AllocationOutcome.Refused.class);
    return ((AllocationOutcome.Refused) outcome).refusals();
  }

  static List<Cidr> blocks(String... cidrs) {
    return Arrays.stream(cidrs).map(Cidr::parse).toList();
  }

  static AddressPools pools(String pool, int size, AddressPools.Used... used) {
    return new AddressPools(List.of(pool(pool, size)), 4096, 16_777_215, List.of(used));
  }

  static AddressPools.Pool pool(String cidr, int size) {
    return new AddressPools.Pool(Cidr.parse(cidr), size);
  }

  static AddressPools.Used used(String node, String cidr) {
    return used(new AddressPools.User.Route(node), cidr);
  }

  static AddressPools.Used used(AddressPools.User user, String cidr) {
    return new AddressPools.Used(user, Cidr.parse(cidr));
  }
}
