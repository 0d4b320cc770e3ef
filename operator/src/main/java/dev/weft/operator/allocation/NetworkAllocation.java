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
 * What one network holds and no other may.
 *
 * @param subnets its address blocks; empty: none yet, or a driver without
 * @param vni its VXLAN network identifier; null: none yet, or a driver without
 * @param device the device of the nodes that it named; null: none
 */
public record NetworkAllocation(
    List<Cidr> subnets, @Nullable Integer vni, @Nullable String device) {
  public static final NetworkAllocation NONE = new NetworkAllocation(List.of(), null, null);

  public NetworkAllocation {
    subnets = List.copyOf(subnets);
  }

  /** What a status records. */
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

  /** {@code text} as a block; nothing if it is none: a stored object may hold anything. */
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
