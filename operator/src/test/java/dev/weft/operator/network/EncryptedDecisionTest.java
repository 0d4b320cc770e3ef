package dev.weft.operator.network;

import static dev.weft.operator.Networks.network;
import static dev.weft.operator.Networks.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.Conditions;
import dev.weft.api.Kernel;
import dev.weft.api.MeshSpecBuilder;
import dev.weft.api.NodeKey;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Ports;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decisions on encrypted networks. */
class EncryptedDecisionTest extends Decisions {
  @Test
  void anEncryptedNetworkNamesNodesThatCannotEncryptBeforeThoseWithoutKeys() {
    network =
        stored(
            network("red", "overlay", spec -> spec.overlay(new OverlayOptions(null, true))),
            "uid-red",
            NOW.toString());
    assertThat(summary(decide().status())).contains("Encrypted=True NoNodes");
    alive("n1", "n2", "elsewhere");
    podNodes.addAll(List.of("n1", "n2"));

    assertThat(summary(decide().status())).contains("Encrypted=Unknown NodesWithoutKeys");
    change("n1", spec -> spec.keys(List.of(new NodeKey(1L, 0L, "key", null))));
    change("n2", spec -> spec.kernel(new Kernel("6.1", List.of("vlan", "aes-gcm"))));
    change("elsewhere", spec -> spec.kernel(new Kernel("6.1", List.of("esp"))));

    assertThat(summary(decide().status())).contains("Encrypted=False NodeCannotEncrypt");
    assertThat(condition(decide(), Conditions.ENCRYPTED).getMessage())
        .startsWith("n2 lacks aes-gcm; ");
    change("n2", spec -> spec.kernel(null).keys(List.of(new NodeKey(1L, 0L, "other", null))));
    assertThat(summary(decide().status())).contains("Encrypted=True AllNodesEncrypt");
  }

  @Test
  void anEncryptedNetworkWithoutCapableNodesReportsItBeforeAnyPodComes() {
    network =
        stored(
            network("red", "overlay", spec -> spec.overlay(new OverlayOptions(null, true))),
            "uid-red",
            NOW.toString());
    alive("n1", "n2");
    change("n1", spec -> spec.kernel(new Kernel("6.1", List.of("esp"))));
    assertThat(summary(decide().status())).contains("Ready=True NoNodes", "Encrypted=True NoNodes");
    change("n2", spec -> spec.kernel(new Kernel("6.1", List.of("aes-gcm"))));

    Decision decision = decide();

    assertThat(summary(decision.status()))
        .contains(
            "Ready=False NodeCannotEncrypt",
            "Stalled=True NodeCannotEncrypt",
            "Encrypted=False NodeCannotEncrypt");
    assertThat(ready(decision).getMessage())
        .contains("no node can encrypt", "n1 lacks esp", "n2 lacks aes-gcm", "spec.nodeSelector");
  }

  @Test
  void whereEspIsToTravelInUdpThereIsRoomForItAndNodesThatCannotTakeItAreNamed() {
    network =
        stored(
            network("red", "overlay", spec -> spec.overlay(new OverlayOptions(null, true))),
            "uid-red",
            NOW.toString());
    alive("n1", "n2", "elsewhere");
    podNodes.addAll(List.of("n1", "n2"));
    change("n1", spec -> spec.vtep("192.0.2.1").mtu(1500).keys(List.of(key(null))));
    change("n2", spec -> spec.keys(List.of(key(null))));
    assertThat(decide().status().mtu()).isEqualTo(1416);

    mesh = mesh(new Ports(null, null, null));
    mesh.setSpec(MeshSpecBuilder.builder().ipsecEncapsulation("UDP").build());
    change("n2", spec -> spec.kernel(new Kernel("5.4", List.of("esp-in-udp"))));
    assertThat(decide().status().mtu()).isEqualTo(1408);
    assertThat(condition(decide(), Conditions.ENCRYPTED).getMessage())
        .startsWith("n2 lacks esp-in-udp; ");

    mesh = null;
    change("n2", spec -> spec.keys(List.of(key(4500))));
    assertThat(decide().status().mtu()).as("until the last key of it is gone").isEqualTo(1408);
    assertThat(summary(decide().status())).contains("Encrypted=True AllNodesEncrypt");
  }

  private static NodeKey key(@Nullable Integer udpPort) {
    return new NodeKey(1L, 0L, "key", udpPort);
  }
}
