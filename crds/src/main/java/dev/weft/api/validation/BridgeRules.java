package dev.weft.api.validation;

import dev.weft.api.BridgeOptions;
import dev.weft.api.ContainerNetworkSpec;
import dev.weft.api.Defaults;
import dev.weft.api.GatewayMode;
import dev.weft.api.Subnet;
import java.util.List;

/** Rules of the bridge driver's options. */
final class BridgeRules {
  private BridgeRules() {}

  static void check(ContainerNetworkSpec spec, Violations problems) {
    BridgeOptions options = spec.bridge();
    if (options == null) {
      return;
    }
    problems.device("spec.bridge.name", options.name());
    String field = "spec.bridge.gatewayMode";
    GatewayMode mode =
        problems
            .choice(field, options.gatewayMode(), GatewayMode.class, GatewayMode::of)
            .orElse(Defaults.GATEWAY_MODE);
    if (Boolean.TRUE.equals(options.masquerade()) && mode != GatewayMode.NAT) {
      problems.add(
          "spec.bridge.masquerade",
          "masquerade is NAT, and gatewayMode %s does without it".formatted(mode),
          "remove masquerade, or choose gatewayMode: NAT");
    }
    if (mode == GatewayMode.ISOLATED && spec.subnets() != null) {
      noGateway(spec.subnets(), problems);
    }
  }

  private static void noGateway(List<Subnet> subnets, Violations problems) {
    for (int i = 0; i < subnets.size(); i++) {
      if (subnets.get(i).gateway() != null) {
        problems.add(
            "spec.subnets[%d].gateway".formatted(i),
            "with gatewayMode Isolated the bridge has no address",
            "remove gateway, or choose another gatewayMode");
      }
    }
  }
}
