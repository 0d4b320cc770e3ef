package dev.weft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

  @Property
  void ipv6TextIsReadBackAndReadAlikeByTheJdk(@ForAll @Size(16) byte[] bytes)
      throws UnknownHostException {
    IpAddress address = IpAddress.of(bytes);
    assertThat(address.bytes()).isEqualTo(bytes);
    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    assertThat(InetAddress.ofLiteral(address.toString()))
        .isEqualTo(InetAddress.getByAddress(bytes));
  }

  @Property
  void ipv4TextIsReadBackAndWrittenAlikeByTheJdk(@ForAll @Size(4) byte[] bytes) {
    IpAddress address = IpAddress.of(bytes);
    assertThat(address.bytes()).isEqualTo(bytes);
    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    assertThat(address.toInetAddress().getHostAddress()).isEqualTo(address.toString());
    assertThat(IpAddress.of(address.toInetAddress())).isEqualTo(address);
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:DB8::1, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "0:0:0:0:0:0:0:0, ::",
    "::1, ::1",
    "1::, 1::",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "0:0:1:0:0:0:1:0, 0:0:1::1:0"
  })
  void ipv6HasOneCanonicalText(String text, String canonical) {
    assertThat(IpAddress.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "10",
        "10.0.0",
        "10.0.0.0.0",
        "10.0.0.256",
        "10.0.0.01",
        "+1.0.0.0",
        "10.0.0.1 ",
        "localhost",
        "example.com",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "fe80::1%eth0",
        "::1.2.3",
        "1.2.3.4::",
        "[::1]",
        "::g",
        "1:2:3:4:5:6:7:1.2.3.4",
        "１.2.3.4"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parse(text));
  }

  @Test
  void aLongTextIsRefusedUnread() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IpAddress.parse(":".repeat(10_000_000)))
        .withMessageContaining("10000000");
  }

  @Test
  void nothingLiesBeyondTheEndsOfAFamily() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IpAddress.parse("255.255.255.255").plus(1));
    assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.parse("::").plus(-1));
  }

  @Test
  void addressesAreOrderedByFamilyThenValue() {
    assertThat(IpAddress.parse("9.0.0.0")).isLessThan(IpAddress.parse("10.0.0.0"));
    assertThat(IpAddress.parse("255.0.0.0")).isLessThan(IpAddress.parse("::"));
  }
}
