package dev.weft.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MacsTest {

  @Test
  void anIpv4AddressIsPartOfItsMac() throws Exception {
    assertThat(Macs.of(InetAddress.ofLiteral("10.10.0.2"))).hasToString("02:42:0a:0a:00:02");
    assertThat(Macs.of(InetAddress.ofLiteral("255.254.253.252"))).hasToString("02:42:ff:fe:fd:fc");
  }

  @Test
  void anIpv6AddressAlwaysHasTheSameMacAndItsNeighbourAnother() {
    InetAddress address = InetAddress.ofLiteral("fd00::2");
    assertThat(Macs.of(address)).isEqualTo(Macs.of(address));
    assertThat(Macs.of(address)).isNotEqualTo(Macs.of(InetAddress.ofLiteral("fd00::3")));
  }

  @Property
  void everyMacIsLocallyAdministeredAndUnicast(@ForAll @Size(16) byte[] address)
      throws UnknownHostException {
    assertThat(Macs.of(InetAddress.getByAddress(address)).toString()).startsWith("02:42:");
  }
}
