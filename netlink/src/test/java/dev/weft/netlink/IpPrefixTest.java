package dev.weft.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
  @Test
  void hostBitsAreKept() {
    IpPrefix prefix = IpPrefix.parse("10.0.0.1/24");
    assertThat(prefix).hasToString("10.0.0.1/24");
    assertThat(prefix.network()).isEqualTo(IpPrefix.parse("10.0.0.0/24"));
    assertThat(IpPrefix.parse("fd00::1:2/112").network())
        .isEqualTo(IpPrefix.parse("fd00::1:0/112"));
  }

  @Test
  void containsItsAddressesAndNoneOfTheOtherFamily() {
    IpPrefix prefix = IpPrefix.parse("10.0.0.1/23");
    assertThat(prefix.contains(IpPrefix.parseAddress("10.0.1.255"))).isTrue();
    assertThat(prefix.contains(IpPrefix.parseAddress("10.0.2.0"))).isFalse();
    assertThat(IpPrefix.ALL_IPV6.contains(IpPrefix.parseAddress("10.0.0.1"))).isFalse();
    assertThat(IpPrefix.ALL_IPV4.contains(IpPrefix.parseAddress("255.1.2.3"))).isTrue();
  }

  @Test
  void anIpv4MappedPrefixIsTheIpv4One() {
    assertThat(IpPrefix.parse("::ffff:10.0.0.1/120")).isEqualTo(IpPrefix.parse("10.0.0.1/24"));
    assertThatThrownBy(() -> IpPrefix.parse("::ffff:10.0.0.1/95"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.1",
        "10.0.0.1/",
        "10.0.0.1/33",
        "10.0.0.1/-1",
        "10.0.0.1/+1",
        "10.0.0/8",
        "fd00::1/129",
        "localhost/8",
        "example.org/24",
        "fe80::1%eth0/64",
        "10.0.0.1/1/1",
        "10.0.0.1/99999999999"
      })
  void anythingElseIsRefusedWithoutALookUp(String text) {
    assertThatThrownBy(() -> IpPrefix.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "02:42", "02:42:0a:00:00:02:03", "02-42-0a-00-00-02", "gg:42:0a:00:00:02"})
  void whatIsNoMacAddressIsRefused(String text) {
    assertThatThrownBy(() -> MacAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
