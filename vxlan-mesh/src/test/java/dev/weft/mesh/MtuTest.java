package dev.weft.mesh;

import static dev.weft.mesh.Encapsulation.VXLAN;
import static dev.weft.mesh.Encapsulation.VXLAN_IN_ESP;
import static dev.weft.mesh.Encapsulation.VXLAN_IN_ESP_IN_UDP;
import static dev.weft.mesh.Mtu.Family.IPV4;
import static dev.weft.mesh.Mtu.Family.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MtuTest {

  @ParameterizedTest
  @CsvSource({
    "1500, IPV4, VXLAN, 1450",
    "1500, IPV6, VXLAN, 1430",
    "1500, IPV4, VXLAN_IN_ESP, 1416",
    "1500, IPV6, VXLAN_IN_ESP, 1396",
    "1500, IPV4, VXLAN_IN_ESP_IN_UDP, 1408",
    "1500, IPV6, VXLAN_IN_ESP_IN_UDP, 1388",
    "9001, IPV4, VXLAN, 8951",
    "1280, IPV6, VXLAN, 1210"
  })
  void leavesTheRoomThatTheHeadersDoNotTake(
      int underlay, Mtu.Family family, Encapsulation encapsulation, int expected) {
    assertThat(Mtu.overlay(underlay, family, encapsulation)).isEqualTo(expected);
  }

  @Property
  void anEncryptedPacketOfFullSizeFitsTheUnderlayAndOneMoreAlignmentStepWouldNot(
      @ForAll @IntRange(min = 200, max = 65535) int underlay) {
    int mtu = Mtu.overlay(underlay, IPV4, VXLAN_IN_ESP);
    assertThat(espPacketSize(mtu)).isLessThanOrEqualTo(underlay);
    assertThat(espPacketSize(mtu + 1)).isGreaterThan(underlay);
  }

  @Property
  void everyMoreLayerTakesRoom(@ForAll @IntRange(min = 200, max = 65535) int underlay) {
    assertThat(Mtu.overlay(underlay, IPV6, VXLAN)).isLessThan(Mtu.overlay(underlay, IPV4, VXLAN));
    assertThat(Mtu.overlay(underlay, IPV4, VXLAN_IN_ESP))
        .isLessThan(Mtu.overlay(underlay, IPV4, VXLAN));
    assertThat(Mtu.overlay(underlay, IPV4, VXLAN_IN_ESP_IN_UDP))
        .isLessThan(Mtu.overlay(underlay, IPV4, VXLAN_IN_ESP));
  }

  @Test
  void anUnderlayWithoutRoomGivesLessThanTheLeastMtuAndNoException() {
    assertThat(Mtu.overlay(68, IPV4, VXLAN_IN_ESP_IN_UDP)).isLessThan(Mtu.MINIMUM_IPV4);
  }

  /** RFC 4303, section 2: payload, padding to 4 bytes with its two trailer bytes, ICV. */
  private static int espPacketSize(int innerMtu) {
    int plain = innerMtu + 14 + 8 + 8 + 2;
    int padded = (plain + 3) / 4 * 4;
    return 20 + 8 + 8 + padded + 16;
  }
}
