package dev.weft.api.validation;

import dev.weft.api.Defaults;
import dev.weft.api.Driver;
import dev.weft.api.HostNetwork;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.Names;
import dev.weft.api.OverlayTunnel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rules of a HostNetwork. Weft writes it, so a violation means that versions do not match. */
final class HostNetworkRules {
  private static final String REMEDY = "delete the HostNetwork, and Weft recreates it";

  private HostNetworkRules() {}

  static void check(HostNetwork hostNetwork, Violations problems) {
    HostNetworkSpec spec = hostNetwork.getSpec();
    if (spec == null || spec.network() == null || spec.node() == null) {
      problems.add("spec", "network or node is missing", REMEDY);
      return;
    }
    String name = Names.hostNetwork(spec.network(), spec.node());
    if (!name.equals(hostNetwork.getMetadata().getName())) {
      problems.add("metadata.name", "the spec belongs to the name %s".formatted(name), REMEDY);
    }
    if (spec.driver() == null) {
      problems.add("spec.driver", "there is no driver", REMEDY);
    }
    Optional<Driver> driver =
        problems.choice("spec.driver", spec.driver(), Driver.class, Driver::of);
    driver.ifPresent(known -> driver(known, spec, problems));
  }

  private static void driver(Driver driver, HostNetworkSpec spec, Violations problems) {
    if (driver == Driver.HOST) {
      return;
    }
    if (spec.subnets() == null) {
      problems.add("spec.subnets", "there are no subnets", REMEDY);
    }
    SubnetRules.check(driver, spec.subnets(), problems);
    MtuRules.check(spec.mtu(), spec.subnets(), problems);
    problems.device("spec.interfacePrefix", spec.interfacePrefix());
    switch (driver) {
      case BRIDGE -> required("spec.bridge", spec.bridge(), problems);
      case MACVLAN -> {
        required("spec.macvlan", spec.macvlan(), problems);
        MacvlanRules.check(spec.macvlan(), problems);
      }
      case OVERLAY -> {
        required("spec.overlay", spec.overlay(), problems);
        tunnel(spec.overlay(), problems);
      }
      case HOST -> throw new IllegalStateException("the host driver was dealt with");
    }
  }

  private static void tunnel(@Nullable OverlayTunnel tunnel, Violations problems) {
    if (tunnel == null) {
      return;
    }
    required("spec.overlay.vni", tunnel.vni(), problems);
    required("spec.overlay.port", tunnel.port(), problems);
    problems.range("spec.overlay.vni", tunnel.vni(), Defaults.FIRST_VNI, Defaults.LAST_VNI);
    problems.range("spec.overlay.port", tunnel.port(), 1, 65535);
  }

  private static void required(String field, @Nullable Object value, Violations problems) {
    if (value == null) {
      problems.add(field, "it is missing", REMEDY);
    }
  }
}
