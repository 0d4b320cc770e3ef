package dev.weft.api.validation;

import dev.weft.api.Cidr;
import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.IpAddress;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values that a network holds and cannot change; null for a value that it does not hold yet.
 *
 * @param subnets blocks of the network, with their gateways if they have one
 * @param encrypted whether frames between nodes are encrypted; only such a network has the
 *     condition Encrypted
 */
record CurrentAllocation(
    @Nullable String driver,
    @Nullable List<Subnet> subnets,
    @Nullable Integer vni,
    @Nullable Boolean encrypted) {
  private static final String REMEDY =
      "put it back, or make another network and move the pods to it";

  /**
   * Values fixed by an earlier revision: driver and encryption, and subnets and VNI once its status
   * records them.
   */
  static CurrentAllocation wanted(ContainerNetwork network) {
    ContainerNetworkSpec spec = spec(network);
    CurrentAllocation recorded = recorded(network);
    Integer vni = vni(spec.overlay());
    return new CurrentAllocation(
        spec.driver(),
        recorded.subnets == null || spec.subnets() == null ? recorded.subnets : spec.subnets(),
        recorded.vni == null || vni == null ? recorded.vni : vni,
        encrypted(spec));
  }

  /** Values recorded in the status. */
  static CurrentAllocation recorded(ContainerNetwork network) {
    ContainerNetworkStatus status = network.getStatus();
    if (status == null) {
      status = ContainerNetworkStatusBuilder.builder().build();
    }
    List<EffectiveSubnet> held = status.subnets();
    List<Subnet> subnets =
        held == null || held.isEmpty()
            ? null
            : held.stream()
                .map(each -> new Subnet(each.cidr(), each.gateway(), null, null, null))
                .toList();
    Boolean encrypted =
        Conditions.find(status.conditions(), Conditions.ENCRYPTED).isPresent() ? true : null;
    return new CurrentAllocation(status.driver(), subnets, status.vni(), encrypted);
  }

  /** Violations where {@code network} requests other values. An omitted field keeps its value. */
  List<Violation> contradictions(ContainerNetwork network) {
    Violations problems = new Violations();
    ContainerNetworkSpec spec = spec(network);
    if (driver != null && spec.driver() != null && !driver.equals(spec.driver())) {
      problems.add(
          "spec.driver",
          "%s is requested, but the network was built as %s"
              .formatted(Violations.quote(spec.driver()), driver),
          REMEDY);
    }
    if (subnets != null && spec.subnets() != null) {
      blocks(subnets, spec.subnets(), problems);
    }
    Integer asked = vni(spec.overlay());
    if (vni != null && asked != null && !asked.equals(vni)) {
      problems.add(
          "spec.overlay.vni",
          "%d is requested, but the network holds %d".formatted(asked, vni),
          REMEDY);
    }
    if (encrypted != null && encrypted != encrypted(spec)) {
      problems.add(
          "spec.overlay.encrypted",
          "%s is requested, but the network was built as %s"
              .formatted(!encrypted, encrypted ? "encrypted" : "clear"),
          REMEDY);
    }
    return problems.found();
  }

  private static void blocks(List<Subnet> held, List<Subnet> asked, Violations problems) {
    List<String> before =
        held.stream().map(subnet -> canonical(subnet.cidr(), Cidr::parse)).toList();
    List<String> after =
        asked.stream().map(subnet -> canonical(subnet.cidr(), Cidr::parse)).toList();
    if (!before.equals(after)) {
      problems.add(
          "spec.subnets",
          "%s is requested, but the network holds %s"
              .formatted(String.join(", ", after), String.join(", ", before)),
          REMEDY);
      return;
    }
    for (int i = 0; i < asked.size(); i++) {
      String gateway = asked.get(i).gateway();
      String present = held.get(i).gateway();
      if (gateway != null
          && present != null
          && !canonical(gateway, IpAddress::parse).equals(canonical(present, IpAddress::parse))) {
        problems.add(
            "spec.subnets[%d].gateway".formatted(i),
            "%s is requested, but the network holds %s".formatted(gateway, present),
            REMEDY);
      }
    }
  }

  /** Canonical text of a block or address; quotes the text if it is neither. */
  private static String canonical(@Nullable String text, Function<String, ?> parse) {
    String given = Objects.toString(text, "");
    try {
      return parse.apply(given).toString();
    } catch (IllegalArgumentException e) {
      return Violations.quote(given);
    }
  }

  private static ContainerNetworkSpec spec(ContainerNetwork network) {
    ContainerNetworkSpec spec = network.getSpec();
    return spec == null ? ContainerNetworkSpecBuilder.builder().build() : spec;
  }

  private static boolean encrypted(ContainerNetworkSpec spec) {
    return spec.overlay() != null && Boolean.TRUE.equals(spec.overlay().encrypted());
  }

  private static @Nullable Integer vni(@Nullable OverlayOptions options) {
    return options == null ? null : options.vni();
  }
}
