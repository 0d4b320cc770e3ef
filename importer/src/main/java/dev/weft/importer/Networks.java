package dev.weft.importer;

import dev.weft.api.BridgeOptions;
import dev.weft.api.BridgeOptionsBuilder;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Driver;
import dev.weft.api.GatewayMode;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.MacvlanOptionsBuilder;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import dev.weft.api.SubnetBuilder;
import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What engine and Compose file say alike of a network: driver, options and subnets. */
final class Networks {
  private static final String BRIDGE = "com.docker.network.bridge.";
  private static final String MTU = "com.docker.network.driver.mtu";
  private static final String VXLAN = "com.docker.network.driver.overlay.vxlanid_list";

  private Networks() {}

  /**
   * A network of a driver that Weft has.
   *
   * @param subnets as the source has them
   * @param options Docker's options of the driver
   * @param notes what the network does not say; more are added
   */
  static ContainerNetwork of(
      String name,
      Wish wish,
      List<Subnet> subnets,
      Map<String, String> options,
      List<String> notes) {
    Map<String, String> left = new LinkedHashMap<>(options);
    Driver driver = wish.driver;
    ContainerNetworkSpecBuilder spec =
        ContainerNetworkSpecBuilder.builder()
            .driver(driver.toString())
            .internal(wish.internal ? Boolean.TRUE : null)
            .subnets(subnets.isEmpty() ? null : subnets)
            .mtu(number(left, MTU, notes))
            .interfacePrefix(left.remove("com.docker.network.container_iface_prefix"));
    switch (driver) {
      case BRIDGE -> spec.bridge(bridge(left, notes));
      case OVERLAY -> spec.overlay(overlay(left, notes));
      case MACVLAN -> spec.macvlan(macvlan(left, notes));
      case HOST -> {}
    }
    left.forEach(
        (option, value) -> notes.add("option %s=%s has no equivalent".formatted(option, value)));
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(Names.network(name, notes)).build());
    network.setSpec(spec.build());
    Validation.of(network).forEach(each -> notes.add("to be mended: " + each));
    return network;
  }

  /** What is asked of a network whatever its driver. */
  record Wish(Driver driver, boolean internal) {}

  /** A subnet of an IPAM configuration, whose names of fields differ between engine and Compose. */
  static Subnet subnet(Fields config, String cidr, String range, String auxiliary) {
    Map<String, String> reserved = config.pairs(auxiliary);
    return SubnetBuilder.builder()
        .cidr(config.text(cidr).orElse(null))
        // an engine writes an IPv6 gateway with its prefix length
        .gateway(
            config
                .text("Gateway")
                .or(() -> config.text("gateway"))
                .map(Networks::bare)
                .orElse(null))
        .ranges(config.text(range).map(List::of).orElse(null))
        .reserved(reserved.isEmpty() ? null : reserved)
        .build();
  }

  private static String bare(String address) {
    int slash = address.indexOf('/');
    return slash < 0 ? address : address.substring(0, slash);
  }

  private static @Nullable BridgeOptions bridge(Map<String, String> options, List<String> notes) {
    if ("true".equals(options.remove(BRIDGE + "default_bridge"))) {
      notes.add("it is the engine's default bridge; containers join Weft's by name only");
    }
    String mode = options.remove(BRIDGE + "gateway_mode_ipv4");
    Optional<GatewayMode> gateway =
        Arrays.stream(GatewayMode.values())
            .filter(each -> each.toString().equalsIgnoreCase(mode))
            .findFirst();
    if (mode != null && gateway.isEmpty()) {
      notes.add("option %sgateway_mode_ipv4=%s has no equivalent".formatted(BRIDGE, mode));
    }
    BridgeOptions bridge =
        BridgeOptionsBuilder.builder()
            .name(deviceName(options.remove(BRIDGE + "name"), notes))
            .masquerade(falsehood(options.remove(BRIDGE + "enable_ip_masquerade")))
            .interContainerTraffic(falsehood(options.remove(BRIDGE + "enable_icc")))
            .gatewayMode(
                gateway
                    .filter(each -> each != GatewayMode.NAT)
                    .map(GatewayMode::toString)
                    .orElse(null))
            .build();
    return bridge.equals(BridgeOptionsBuilder.builder().build()) ? null : bridge;
  }

  /** A bridge of that name is Docker's while Docker's network is there. */
  private static @Nullable String deviceName(@Nullable String name, List<String> notes) {
    if (name != null) {
      notes.add(
          "the bridge %s is Docker's until its network is removed; Weft touches no device of others"
              .formatted(name));
    }
    return name;
  }

  /** What is true by default is not worth a line. */
  private static @Nullable Boolean falsehood(@Nullable String text) {
    return "false".equals(text) ? Boolean.FALSE : null;
  }

  private static @Nullable OverlayOptions overlay(Map<String, String> options, List<String> notes) {
    String encrypted = options.remove("encrypted");
    String vni = options.remove(VXLAN);
    if (vni != null) {
      notes.add(
          "VXLAN identifier %s is Docker's; Weft picks another, so that both can run side by side"
              .formatted(vni));
    }
    return encrypted == null || encrypted.equals("false") ? null : new OverlayOptions(null, true);
  }

  private static @Nullable MacvlanOptions macvlan(Map<String, String> options, List<String> notes) {
    String mode = options.remove("macvlan_mode");
    Optional<MacvlanMode> known =
        Arrays.stream(MacvlanMode.values())
            .filter(each -> each.toString().equalsIgnoreCase(mode))
            .findFirst();
    if (mode != null && known.isEmpty()) {
      notes.add(
          "option macvlan_mode=%s has no equivalent".formatted(mode.toLowerCase(Locale.ROOT)));
    }
    MacvlanOptions macvlan =
        MacvlanOptionsBuilder.builder()
            .parent(options.remove("parent"))
            .mode(
                known
                    .filter(each -> each != MacvlanMode.BRIDGE)
                    .map(MacvlanMode::toString)
                    .orElse(null))
            .build();
    return macvlan.equals(MacvlanOptionsBuilder.builder().build()) ? null : macvlan;
  }

  private static @Nullable Integer number(
      Map<String, String> options, String name, List<String> notes) {
    String text = options.remove(name);
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9]{1,5}")) {
      notes.add("option %s=%s is no number".formatted(name, text));
      return null;
    }
    return Integer.valueOf(text);
  }

  /** Labels that Kubernetes takes too would be selected by; the others have no place. */
  static void tellLabels(Map<String, String> labels, List<String> notes) {
    labels.forEach(
        (label, value) -> notes.add("label %s=%s is not taken over".formatted(label, value)));
  }
}
