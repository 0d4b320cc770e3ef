package dev.weft.api.validation;

import dev.weft.api.Defaults;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.MacvlanOptionsBuilder;
import dev.weft.api.MacvlanParent;
import org.jspecify.annotations.Nullable;

/** Rules of the macvlan driver's options. */
final class MacvlanRules {
  private static final int LAST_VLAN = 4094;

  private MacvlanRules() {}

  static void check(@Nullable MacvlanOptions options, Violations problems) {
    if (options == null) {
      return;
    }
    problems.device("spec.macvlan.parent", options.parent());
    vlan(options, problems);
    MacvlanMode mode =
        problems
            .choice("spec.macvlan.mode", options.mode(), MacvlanMode.class, MacvlanMode::of)
            .orElse(Defaults.MACVLAN_MODE);
    boolean apart = mode == MacvlanMode.PRIVATE || mode == MacvlanMode.PASSTHRU;
    if (apart && Boolean.TRUE.equals(options.hostAccess())) {
      problems.add(
          "spec.macvlan.hostAccess",
          "in mode %s the node cannot reach its endpoints".formatted(mode),
          "remove hostAccess, or choose mode: Bridge");
    }
  }

  private static void vlan(MacvlanOptions options, Violations problems) {
    problems.range("spec.macvlan.vlan", options.vlan(), 1, LAST_VLAN);
    if (options.vlan() != null && options.parent() == null) {
      problems.add(
          "spec.macvlan.vlan",
          "there is no interface for VLAN " + options.vlan(),
          "give parent, such as eth0");
    }
    MacvlanParent parent =
        MacvlanParent.of(MacvlanOptionsBuilder.builder().parent(options.parent()).build());
    if (parent.vlan() == null) {
      return;
    }
    if (options.vlan() != null) {
      problems.add(
          "spec.macvlan.vlan",
          "parent %s already means VLAN %d on %s"
              .formatted(options.parent(), parent.vlan(), parent.device()),
          "remove vlan, or write parent: %s".formatted(parent.device()));
    } else if (parent.vlan() < 1 || parent.vlan() > LAST_VLAN) {
      problems.add(
          "spec.macvlan.parent",
          "%s means VLAN %d on %s, and no VLAN has this number"
              .formatted(options.parent(), parent.vlan(), parent.device()),
          "choose a VLAN from 1 to %d".formatted(LAST_VLAN));
    }
  }
}
