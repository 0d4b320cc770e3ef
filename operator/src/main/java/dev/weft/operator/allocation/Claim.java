package dev.weft.operator.allocation;

import dev.weft.api.Cidr;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.Driver;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One network's part in the allocation.
 *
 * @param created creation time as the API server writes it, which sorts as text
 * @param subnets blocks that the user set; empty: Weft chooses
 * @param vni identifier that the user set; null: Weft chooses
 * @param held what the network has already
 */
public record Claim(
    String name,
    String uid,
    String created,
    Driver driver,
    List<Cidr> subnets,
    @Nullable Integer vni,
    Grant held)
    implements Comparable<Claim> {
  private static final Comparator<Claim> AGE =
      Comparator.comparing(Claim::created).thenComparing(Claim::uid);

  public Claim {
    subnets = List.copyOf(subnets);
  }

  /** The claim of {@code network}, which holds {@code held}; empty for an unknown driver. */
  static Optional<Claim> of(ContainerNetwork network, Grant held) {
    var spec = network.getSpec();
    if (spec == null) {
      return Optional.empty();
    }
    OverlayOptions overlay = spec.overlay();
    List<Subnet> subnets = spec.subnets() == null ? List.of() : spec.subnets();
    return Driver.of(spec.driver())
        .map(driver ->
            new Claim(
                network.getMetadata().getName(),
                network.getMetadata().getUid(),
                Objects.requireNonNullElse(network.getMetadata().getCreationTimestamp(), ""),
                driver,
                subnets.stream()
                    .map(Subnet::cidr)
                    .filter(Objects::nonNull)
                    .flatMap(Grant::block)
                    .toList(),
                overlay == null ? null : overlay.vni(),
                held));
  }

  boolean needsSubnets() {
    return driver != Driver.HOST && held.subnets().isEmpty();
  }

  boolean needsVni() {
    return driver == Driver.OVERLAY && held.vni() == null;
  }

  boolean isSettled() {
    return !needsSubnets() && !needsVni();
  }

  boolean isOlderThan(Claim other) {
    return compareTo(other) < 0;
  }

  /** The older first; of the same second, the lower UID. */
  @Override
  public int compareTo(Claim other) {
    return AGE.compare(this, other);
  }
}
