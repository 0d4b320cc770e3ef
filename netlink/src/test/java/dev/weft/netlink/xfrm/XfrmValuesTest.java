package dev.weft.netlink.xfrm;

import static dev.weft.netlink.IpPrefix.parseAddress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.netlink.IpPrefix;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class XfrmValuesTest {
  private static final XfrmStateId ID = XfrmStateId.esp(parseAddress("192.0.2.2"), 0xabcdef01L);
  private static final XfrmStateSpec STATE =
      XfrmStateSpec.of(ID, parseAddress("192.0.2.1")).reqid(7).build();

  @Test
  void noOutputRevealsAKey() {
    byte[] material = new byte[36];
    Arrays.fill(material, (byte) 0x5e);
    XfrmKey key = XfrmKey.copyOf(material);
    XfrmRequest add = new XfrmRequest.StateAdd(STATE, key);
    assertThat(key + add.toString() + add.inWords())
        .doesNotContain("5e")
        .doesNotContain("94")
        .contains("key of 288 bits")
        .contains("add state ESP SPI 0xabcdef01 to 192.0.2.2");
    assertThat(key.hashCode()).isEqualTo(XfrmKey.copyOf(new byte[36]).hashCode());
  }

  @Test
  void aDestroyedKeyIsGone() {
    byte[] material = {1, 2, 3, 4};
    XfrmKey key = XfrmKey.copyOf(material);
    byte[] own = key.bytes();
    material[0] = 9;
    assertThat(key).isEqualTo(XfrmKey.copyOf(new byte[] {1, 2, 3, 4}));
    key.destroy();
    assertThat(key.isDestroyed()).isTrue();
    assertThat(own).containsOnly(0);
    assertThatThrownBy(key::bytes).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aStateTakesAKeyOfItsAlgorithmsLengthOnly() {
    assertThatThrownBy(() -> new XfrmRequest.StateAdd(STATE, XfrmKey.copyOf(new byte[32])))
        .hasMessage("rfc4106(gcm(aes)) needs 288 bits of key, not 256");
  }

  @Test
  void aPolicyHasFewTemplatesAndAnIndexOfItsDirection() {
    XfrmPolicyId id = XfrmPolicyId.of(XfrmDirection.OUT, XfrmSelector.ALL_IPV4.udpTo(4790));
    XfrmTemplate template =
        XfrmTemplate.transport(parseAddress("0.0.0.0"), parseAddress("0.0.0.0"), 7);
    XfrmTemplate[] seven = Collections.nCopies(7, template).toArray(XfrmTemplate[]::new);
    assertThatThrownBy(() -> XfrmPolicySpec.protect(id, 1, seven)).hasMessageContaining("7");
    XfrmPolicySpec block = XfrmPolicySpec.block(id, 10).withNumber(0x57454654);
    assertThat(block.index() & 7).isEqualTo(1);
    assertThatThrownBy(() ->
            new XfrmPolicySpec(id, 8, 10, block.action(), block.templates(), XfrmLifetime.FOREVER))
        .hasMessage("index 8 of a policy does not end in the number of its direction, 1");
  }

  @Test
  void aSelectorIsOfOneFamilyAndHasNoHostBits() {
    IpPrefix four = IpPrefix.parse("10.0.0.1/24");
    assertThatThrownBy(() -> XfrmSelector.between(four, IpPrefix.ALL_IPV6))
        .hasMessageContaining("two families");
    assertThat(XfrmSelector.between(four, four).udpFrom(4790))
        .hasToString("10.0.0.0/24 to 10.0.0.0/24, protocol 17, from port 4790");
    assertThatThrownBy(() -> XfrmPort.of(65536)).hasMessageContaining("65536");
  }
}
