package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.EffectiveSubnet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Values that one network holds exclusively.
 *
 * @param subnets address blocks; empty: none yet, or the driver has none
 * @param vni VXLAN network identifier; null: none yet, or the driver has none
 * @param device node device that the network names; null: none
 */
public record NetworkAllocation(
    List<Cidr> subnets, @Nullable Integer vni, @Nullable String device) {
  public static final NetworkAllocation NONE = new NetworkAllocation(List.of(), null, null);

  public NetworkAllocation {
    subnets = List.copyOf(subnets);
  }

  /** Allocation recorded in a status. */
  public static NetworkAllocation recorded(@Nullable ContainerNetworkStatus status) {
    if (status == null) {
      return NONE;
    }
    List<EffectiveSubnet> subnets = status.subnets();
    return new NetworkAllocation(
        subnets == null
            ? List.of()
            : subnets.stream()
                .map(EffectiveSubnet::cidr)
                .filter(Objects::nonNull)
                .flatMap(NetworkAllocation::block)
                .toList(),
        status.vni(),
        status.device());
  }

  /** Parses {@code text}; empty if it is malformed, as it may be in a stored object. */
  static Stream<Cidr> block(String text) {
    return parse(text).stream();
  }

  private static Optional<Cidr> parse(String text) {
    try {
      return Optional.of(Cidr.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
