package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ListenAddressTest {
  private final ListenAddress address = new ListenAddress();

  @Test
  void aPortAloneIsListenedOnAtEveryAddress() {
    assertThat(address.convert(":9810")).isEqualTo(new InetSocketAddress(9810));
  }

  @Test
  void anAddressOfEitherFamilyIsTaken() {
    assertThat(address.convert("127.0.0.1:1")).hasToString("/127.0.0.1:1");
    assertThat(address.convert("[::1]:1")).hasToString("/[0:0:0:0:0:0:0:1]:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9810", "localhost", "127.0.0.1:", ":65536", ":-1"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> address.convert(text)).isInstanceOf(TypeConversionException.class);
  }
}
