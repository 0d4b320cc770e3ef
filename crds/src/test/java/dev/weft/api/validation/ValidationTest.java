package dev.weft.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.BridgeOptions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.EffectiveSubnet;
import dev.weft.api.HostNetworks;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.OverlayOptions;
import dev.weft.api.Subnet;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // jqwik injects null into types that are not marked as nullable
class ValidationTest {

  @Property
  void everyNetworkIsValidatedHoweverStrangeItIs(@ForAll("networks") ContainerNetwork network) {
    assertThat(Validation.of(network)).allSatisfy(ValidationTest::speaks);
    assertThat(Validation.drifted(network)).allSatisfy(ValidationTest::speaks);
    assertThat(Validation.change(network, network)).isEmpty();
  }

  @Property
  void aValidNetworkThatHoldsWhatItAskedForCanBeInstructed(
      @ForAll("networks") ContainerNetwork network) {
    if (Validation.of(network).isEmpty()) {
      network.setStatus(
          ContainerNetworkStatusBuilder.builder()
              .subnets(List.of(new EffectiveSubnet("10.10.0.0/24", null, true)))
              .vni(5000)
              .port(4789)
              .build());
      assertThat(Validation.of(HostNetworks.of(network, "node-1"))).isEmpty();
    }
  }

  @Test
  void anEncryptedNetworkThatHoldsItsVniMayStayAsItIs() {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName("secret").build());
    network.setSpec(
        ContainerNetworkSpecBuilder.builder()
            .driver("overlay")
            .overlay(new OverlayOptions(null, true))
            .build());
    network.setStatus(ContainerNetworkStatusBuilder.builder().vni(4096).port(4790).build());
    assertThat(Validation.drifted(network)).isEmpty();
  }

  @Test
  void aNetworkWithoutAnythingLacksADriver() {
    assertThat(Validation.of(new ContainerNetwork()))
        .extracting(Violation::field)
        .containsExactly("metadata.name", "spec.driver");
  }

  @Test
  void aProblemReadsAsOneLine() {
    assertThat(new Violation("spec.mtu", "67 is out of range", "choose a number from 68 to 65535"))
        .hasToString("spec.mtu: 67 is out of range; choose a number from 68 to 65535");
  }

  @Test
  void aLongValueIsCutInTheMessage() {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName("net").build());
    network.setSpec(ContainerNetworkSpecBuilder.builder().driver("x".repeat(100_000)).build());
    assertThat(Validation.of(network))
        .singleElement()
        .satisfies(problem -> assertThat(problem.toString()).hasSizeLessThan(300));
  }

  private static void speaks(Violation problem) {
    assertThat(problem.field()).isNotBlank();
    assertThat(problem.problem()).isNotBlank();
    assertThat(problem.remedy()).isNotBlank();
  }

  @Provide
  Arbitrary<ContainerNetwork> networks() {
    return Combinators.combine(
            words("bridge", "overlay", "macvlan", "host"),
            subnet().list().ofMaxSize(3).injectNull(0.3),
            numbers(),
            words("eth", "net"),
            Combinators.combine(words("br0"), words("NAT", "Routed", "Isolated"))
                .as((name, mode) -> new BridgeOptions(name, true, null, mode))
                .injectNull(0.7),
            numbers().map(vni -> new OverlayOptions(vni, true)).injectNull(0.7),
            Combinators.combine(words("eth0", "eth0.50"), words("Bridge", "Private"), numbers())
                .as((parent, mode, vlan) -> new MacvlanOptions(parent, mode, vlan, true))
                .injectNull(0.7))
        .as((driver, subnets, mtu, prefix, bridge, overlay, macvlan) -> {
          ContainerNetwork network = new ContainerNetwork();
          network.setMetadata(new ObjectMetaBuilder().withName("net").build());
          network.setSpec(
              ContainerNetworkSpecBuilder.builder()
                  .driver(driver)
                  .subnets(subnets)
                  .mtu(mtu)
                  .interfacePrefix(prefix)
                  .bridge(bridge)
                  .overlay(overlay)
                  .macvlan(macvlan)
                  .build());
          return network;
        });
  }

  private static Arbitrary<Subnet> subnet() {
    return Combinators.combine(
            words("10.10.0.0/24", "10.11.0.0/31", "fd00:10::/64", "10.10.0.5/24", "0.0.0.0/0"),
            words("10.10.0.1", "10.10.0.255", "fd00:10::1"),
            words("10.10.0.128/25", "10.0.0.0/8"),
            words("10.10.0.3-10.10.0.9", "10.10.0.9-10.10.0.3", "10.10.0.3"))
        .as((cidr, gateway, range, excluded) ->
            new Subnet(
                cidr,
                gateway,
                range == null ? null : List.of(range),
                excluded == null ? null : List.of(excluded),
                excluded == null ? null : Map.of("printer", excluded)));
  }

  private static Arbitrary<String> words(String... sensible) {
    return Arbitraries.oneOf(
            Arbitraries.of(sensible),
            Arbitraries.of(sensible),
            Arbitraries.strings().ofMaxLength(9))
        .injectNull(0.3);
  }

  private static Arbitrary<Integer> numbers() {
    return Arbitraries.oneOf(Arbitraries.of(50, 1500, 5000), Arbitraries.integers())
        .injectNull(0.3);
  }
}
