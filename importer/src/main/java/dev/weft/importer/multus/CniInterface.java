package dev.weft.importer.multus;

import dev.weft.api.BridgeOptions;
import dev.weft.api.BridgeOptionsBuilder;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Driver;
import dev.weft.api.GatewayMode;
import dev.weft.api.MacvlanMode;
import dev.weft.api.MacvlanOptionsBuilder;
import dev.weft.importer.ledger.Cursor;
import java.util.Arrays;
import java.util.Optional;

/** The interface that a CNI plugin makes, as a driver with its options. */
final class CniInterface {
  private static final int LARGEST = 65535;
  private static final int LAST_VLAN = 4094;

  private final Cursor plugin;
  private final ContainerNetworkSpecBuilder spec;

  private CniInterface(Cursor plugin, ContainerNetworkSpecBuilder spec) {
    this.plugin = plugin;
    this.spec = spec;
  }

  /**
   * Writes driver and options into {@code spec}.
   *
   * @return why Weft cannot make the interface; empty if it can
   */
  static Optional<String> read(Cursor plugin, ContainerNetworkSpecBuilder spec) {
    return new CniInterface(plugin, spec).read();
  }

  private Optional<String> read() {
    Cursor type = plugin.get("type");
    plugin.get("mtu").number(0, LARGEST).filter(each -> each > 0).ifPresent(spec::mtu);
    return switch (type.text().orElse("")) {
      case "bridge" -> bridge();
      case "macvlan" -> macvlan();
      case "vlan" -> vlan();
      case "ipvlan" ->
          Optional.of(
              "Weft has no driver ipvlan; where the switch takes several MAC addresses a port, use"
                  + " driver macvlan with the same parent");
      case "host-device" ->
          Optional.of(
              "Weft gives no device of the node away; a macvlan network of mode Passthru on it"
                  + " serves one pod a node");
      case "" -> Optional.of("it names no type of plugin");
      default -> Optional.of("Weft has no driver for the plugin " + type.text().orElse(""));
    };
  }

  private Optional<String> bridge() {
    spec.driver(Driver.BRIDGE.toString());
    plugin.notes().say("one bridge a node: pods on two nodes do not reach each other on it");
    plugin
        .get("bridge")
        .changed(
            "Weft makes a bridge of its own, which pods on CNI's do not reach; if the node's"
                + " bridge has a NIC, use driver macvlan with the NIC as parent");
    Cursor isDefault = plugin.get("isDefaultGateway");
    boolean gateway = isDefault.isTrue();
    gateway = plugin.get("isGateway").isTrue() || gateway;
    Cursor masquerade = plugin.get("ipMasq");
    boolean masked = masquerade.isTrue();
    if (masked && !gateway) {
      masquerade.dropped("without isGateway it has no effect");
    }
    plugin.get("vlan").dropped("each network has a bridge of its own, which keeps it apart");
    BridgeOptions options =
        BridgeOptionsBuilder.builder()
            .masquerade((gateway && !masked) ? Boolean.FALSE : null)
            .gatewayMode(gateway ? null : GatewayMode.ISOLATED.toString())
            .build();
    spec.bridge(options.equals(BridgeOptionsBuilder.builder().build()) ? null : options);
    return Optional.empty();
  }

  private Optional<String> macvlan() {
    spec.driver(Driver.MACVLAN.toString());
    Optional<MacvlanMode> mode =
        plugin
            .get("mode")
            .as(text ->
                Arrays.stream(MacvlanMode.values())
                    .filter(each -> each.toString().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() ->
                        new IllegalArgumentException(
                            "there are bridge, vepa, private and passthru")));
    if (mode.equals(Optional.of(MacvlanMode.BRIDGE))) {
      plugin.get("mode").noted("a macvlan network without a mode has it");
    }
    Optional<String> parent = plugin.get("master").filled();
    spec.macvlan(
        MacvlanOptionsBuilder.builder()
            .parent(parent.orElse(null))
            .mode(
                mode.filter(each -> each != MacvlanMode.BRIDGE)
                    .map(MacvlanMode::toString)
                    .orElse(null))
            .build());
    return parent.isEmpty() ? Optional.of(MASTERLESS) : inContainer();
  }

  private static final String MASTERLESS =
      "it names no master, and the plugin takes the interface of the default route; write its name"
          + " in macvlan.parent";

  private Optional<String> inContainer() {
    return plugin.get("linkInContainer").isTrue()
        ? Optional.of("its master is in the pod, and Weft's parents are on the node")
        : Optional.empty();
  }

  private Optional<String> vlan() {
    spec.driver(Driver.MACVLAN.toString());
    plugin
        .get("type")
        .changed(
            "pods get children of the VLAN's interface, not the interface itself: each has a MAC"
                + " address of its own, and several of a node can be on the VLAN");
    Optional<String> parent = plugin.get("master").filled();
    Optional<Integer> id = plugin.get("vlanId").number(1, LAST_VLAN);
    spec.macvlan(
        MacvlanOptionsBuilder.builder().parent(parent.orElse(null)).vlan(id.orElse(null)).build());
    if (parent.isEmpty()) {
      return Optional.of(MASTERLESS);
    }
    return id.isEmpty() ? Optional.of("it names no vlanId from 1 to 4094") : inContainer();
  }
}
