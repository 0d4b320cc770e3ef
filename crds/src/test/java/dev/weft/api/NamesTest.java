package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NamesTest {

  @Test
  void aHostNetworkIsNamedAfterNetworkAndNode() {
    assertThat(Names.hostNetwork("blue", "node-1.example")).isEqualTo("blue.node-1.example");
  }

  @Test
  void anIpv4EndpointIsNamedByItsAddress() {
    assertThat(Names.endpoint("blue", IpAddress.parse("10.10.0.2"))).isEqualTo("blue.10.10.0.2");
  }

  @Test
  void anIpv6AddressHasOneNameHoweverItIsWritten() {
    assertThat(Names.endpoint("blue", IpAddress.parse("FD00::2")))
        .isEqualTo(Names.endpoint("blue", IpAddress.parse("fd00:0:0:0:0:0:0:2")))
        .isEqualTo("blue.fd00-0000-0000-0000-0000-0000-0000-0002");
  }

  @Test
  void aBridgeIsNamedReadablyWhereThatFits() {
    assertThat(Names.bridgeDevice("web")).isEqualTo("weft-web");
  }

  @Property
  void everyNetworkHasABridgeNameThatLinuxTakes(
      @ForAll @CharRange(from = 'a', to = 'z') @StringLength(min = 1, max = 63) String network) {
    assertThat(InterfaceName.fault(Names.bridgeDevice(network))).isEmpty();
  }

  @Test
  void longNetworkNamesWithOneBeginningHaveDifferentBridges() {
    assertThat(Names.bridgeDevice("production-web"))
        .isNotEqualTo(Names.bridgeDevice("production-db1"));
  }
}
