package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.api.validation.Validation;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostNetworksTest {
  private static final ContainerNetworkStatus HELD =
      ContainerNetworkStatusBuilder.builder()
          .subnets(List.of(new EffectiveSubnet("10.10.0.0/24", null, true)))
          .vni(4096)
          .port(4789)
          .mtu(1450)
          .build();

  @Test
  void aHostNetworkBelongsToItsNetworkAndItsNode() {
    HostNetwork hostNetwork = HostNetworks.of(network(spec("overlay").build(), HELD), "node-1");
    assertThat(hostNetwork.getMetadata().getName()).isEqualTo("net.node-1");
    assertThat(hostNetwork.getMetadata().getLabels())
        .containsEntry("weft.dev/network", "net")
        .containsEntry("weft.dev/node", "node-1");
    assertThat(hostNetwork.getMetadata().getFinalizers()).containsExactly("weft.dev/node");
    assertThat(hostNetwork.getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> {
          assertThat(owner.getKind()).isEqualTo("ContainerNetwork");
          assertThat(owner.getApiVersion()).isEqualTo("weft.dev/v1alpha1");
          assertThat(owner.getUid()).isEqualTo("uid-1");
        });
    assertThat(hostNetwork.getSpec().networkUid()).isEqualTo("uid-1");
    assertThat(hostNetwork.getSpec().networkGeneration()).isEqualTo(7L);
    assertThat(hostNetwork.getSpec().node()).isEqualTo("node-1");
  }

  @Test
  void anOverlayIsBuiltWithWhatWasAllocated() {
    HostNetworkSpec spec = specOf(spec("overlay").build());
    assertThat(spec.overlay()).isEqualTo(new OverlayTunnel(4096, 4789, false));
    assertThat(spec.subnets())
        .containsExactly(SubnetBuilder.builder().cidr("10.10.0.0/24").build());
    assertThat(spec.mtu()).isEqualTo(1450);
    assertThat(spec.internal()).isFalse();
    assertThat(spec.interfacePrefix()).isEqualTo("eth");
    assertThat(spec.bridge()).isNull();
  }

  @Test
  void theUsersMtuGoesBeforeTheEffectiveOne() {
    assertThat(specOf(spec("overlay").mtu(1400).build()).mtu()).isEqualTo(1400);
  }

  @Test
  void aBridgeHasTheFirstUsableAddressAsGatewayAndDockersDefaults() {
    HostNetworkSpec spec = specOf(spec("bridge").build());
    assertThat(spec.subnets()).extracting(Subnet::gateway).containsExactly("10.10.0.1");
    assertThat(spec.bridge()).isEqualTo(new BridgeOptions("weft-net", true, true, "NAT"));
    assertThat(spec.mtu()).as("each node's own").isNull();
  }

  @Test
  void anInternalBridgeDoesNotMasquerade() {
    BridgeOptions bridge = specOf(spec("bridge").internal(true).build()).bridge();
    assertThat(bridge).isEqualTo(new BridgeOptions("weft-net", false, true, "NAT"));
  }

  @Test
  void anIsolatedBridgeHasNoGateway() {
    var options = BridgeOptionsBuilder.builder().gatewayMode("Isolated").build();
    HostNetworkSpec spec = specOf(spec("bridge").bridge(options).build());
    assertThat(spec.subnets()).extracting(Subnet::gateway).containsExactly((String) null);
    assertThat(spec.bridge()).isEqualTo(new BridgeOptions("weft-net", false, true, "Isolated"));
  }

  @Test
  void wishesOfTheUsersSubnetGoWithItsBlockHoweverItIsWritten() {
    var wanted =
        SubnetBuilder.builder().cidr("FD00:10::/64").ranges(List.of("fd00:10::/80")).build();
    var held =
        ContainerNetworkStatusBuilder.builder()
            .subnets(List.of(new EffectiveSubnet("fd00:10::/64", "fd00:10::9", false)))
            .build();
    HostNetwork hostNetwork =
        HostNetworks.of(network(spec("bridge").subnets(List.of(wanted)).build(), held), "n");
    assertThat(hostNetwork.getSpec().subnets())
        .containsExactly(
            SubnetBuilder.builder(wanted).cidr("fd00:10::/64").gateway("fd00:10::9").build());
  }

  @Test
  void aVlanInTheParentsNameIsTakenApart() {
    var options = MacvlanOptionsBuilder.builder().parent("eth0.50").build();
    HostNetworkSpec spec = specOf(spec("macvlan").macvlan(options).build());
    assertThat(spec.macvlan()).isEqualTo(new MacvlanOptions("eth0", "Bridge", 50, false));
    assertThat(spec.subnets()).extracting(Subnet::gateway).containsExactly((String) null);
  }

  @Test
  void aMacvlanWithoutOptionsHasNoParent() {
    assertThat(specOf(spec("macvlan").build()).macvlan())
        .isEqualTo(new MacvlanOptions(null, "Bridge", null, false));
  }

  @Test
  void theHostDriverNeedsNothing() {
    HostNetworkSpec spec = HostNetworks.of(network(spec("host").build(), null), "n").getSpec();
    assertThat(spec.subnets()).isNull();
    assertThat(spec.driver()).isEqualTo("host");
  }

  @Test
  void theSameNetworkGivesTheSameHostNetworkEachTime() {
    ContainerNetwork network = network(spec("bridge").build(), HELD);
    assertThat(HostNetworks.of(network, "n")).isEqualTo(HostNetworks.of(network, "n"));
  }

  @Test
  void everyHostNetworkIsValid() {
    for (Driver driver : Driver.values()) {
      ContainerNetwork network = network(spec(driver.toString()).build(), HELD);
      assertThat(Validation.of(HostNetworks.of(network, "n"))).isEmpty();
    }
  }

  @Test
  void aNetworkWithoutAllocationsWritesNoHostNetwork() {
    ContainerNetwork network = network(spec("overlay").build(), null);
    assertThat(HostNetworks.isAllocated(network)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostNetworks.of(network, "n"))
        .withMessageContaining("has not been given");
  }

  private static HostNetworkSpec specOf(ContainerNetworkSpec spec) {
    return HostNetworks.of(network(spec, HELD), "node-1").getSpec();
  }

  private static ContainerNetworkSpecBuilder spec(String driver) {
    return ContainerNetworkSpecBuilder.builder().driver(driver);
  }

  @SuppressWarnings("NullAway") // Fabric8 treats null as an absent status
  private static ContainerNetwork network(
      ContainerNetworkSpec spec, @Nullable ContainerNetworkStatus status) {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(
        new ObjectMetaBuilder().withName("net").withUid("uid-1").withGeneration(7L).build());
    network.setSpec(spec);
    network.setStatus(status);
    return network;
  }
}
