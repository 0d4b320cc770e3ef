package dev.weft.api.validation;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.Defaults;
import dev.weft.api.Driver;
import dev.weft.api.Mode;
import dev.weft.api.MultusAliases;
import dev.weft.api.Names;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Rollout;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rules of a network as a user writes it. */
final class NetworkRules {
  private static final int LONGEST_PREFIX = 12;

  private NetworkRules() {}

  static void check(ContainerNetwork network, Violations problems) {
    problems.label("metadata.name", network.getMetadata().getName(), "a network's name");
    for (String each : MultusAliases.malformed(network)) {
      problems.add(
          "metadata.annotations[%s]".formatted(Names.MULTUS_ALIASES_ANNOTATION),
          "%s is no NetworkAttachmentDefinition".formatted(Violations.quote(each)),
          "write namespace and name such as default/lan, separated by commas");
    }
    ContainerNetworkSpec spec = network.getSpec();
    if (spec == null || spec.driver() == null) {
      problems.add(
          "spec.driver", "there is no driver", "choose one of " + Violations.choices(Driver.class));
      return;
    }
    Optional<Driver> driver =
        problems.choice("spec.driver", spec.driver(), Driver.class, Driver::of);
    driver.ifPresent(known -> check(known, spec, problems));
    namespaces(spec.allowedNamespaces(), problems);
    problems.choice("spec.mode", spec.mode(), Mode.class, Mode::of);
    problems.read(
        "spec.rollout.maxUnavailable",
        Rollout.effective(spec.rollout()),
        setting -> Rollout.resolve(setting, 1),
        "write a number such as 1, or a share such as 25%");
  }

  private static void check(Driver driver, ContainerNetworkSpec spec, Violations problems) {
    foreignOptions(driver, spec, problems);
    switch (driver) {
      case HOST -> {
        nothingAsked(spec, problems);
        return;
      }
      case BRIDGE -> BridgeRules.check(spec, problems);
      case OVERLAY -> overlay(spec.overlay(), problems);
      case MACVLAN -> MacvlanRules.check(spec.macvlan(), problems);
    }
    SubnetRules.check(driver, spec.subnets(), problems);
    MtuRules.check(spec.mtu(), spec.subnets(), problems);
    prefix(spec.interfacePrefix(), problems);
  }

  private static void foreignOptions(
      Driver driver, ContainerNetworkSpec spec, Violations problems) {
    foreign(Driver.BRIDGE, spec.bridge(), driver, problems);
    foreign(Driver.OVERLAY, spec.overlay(), driver, problems);
    foreign(Driver.MACVLAN, spec.macvlan(), driver, problems);
  }

  private static void foreign(
      Driver owner, @Nullable Record options, Driver driver, Violations problems) {
    if (options != null && owner != driver) {
      problems.add(
          "spec." + owner,
          "options of the %s driver are given to the %s driver".formatted(owner, driver),
          "remove %s, or choose driver: %s in a new network".formatted(owner, owner));
    }
  }

  private static void nothingAsked(ContainerNetworkSpec spec, Violations problems) {
    hostLacks("subnets", spec.subnets(), problems);
    hostLacks("mtu", spec.mtu(), problems);
    hostLacks("internal", spec.internal(), problems);
    hostLacks("interfacePrefix", spec.interfacePrefix(), problems);
  }

  private static void hostLacks(String field, @Nullable Object asked, Violations problems) {
    if (asked != null) {
      problems.add(
          "spec." + field,
          "the host driver shares the node's own stack and supports no " + field,
          "remove it, or choose another driver in a new network");
    }
  }

  private static void overlay(@Nullable OverlayOptions options, Violations problems) {
    if (options != null) {
      problems.range("spec.overlay.vni", options.vni(), Defaults.FIRST_VNI, Defaults.LAST_VNI);
    }
  }

  private static void prefix(@Nullable String prefix, Violations problems) {
    String field = "spec.interfacePrefix";
    if (prefix != null && prefix.length() > LONGEST_PREFIX) {
      problems.add(
          field,
          "with a number behind it, %s is too long for Linux".formatted(Violations.quote(prefix)),
          "use at most %d characters".formatted(LONGEST_PREFIX));
    } else {
      problems.device(field, prefix);
    }
  }

  private static void namespaces(@Nullable List<String> namespaces, Violations problems) {
    for (int i = 0; namespaces != null && i < namespaces.size(); i++) {
      problems.label(
          "spec.allowedNamespaces[%d]".formatted(i), namespaces.get(i), "a namespace's name");
    }
  }
}
