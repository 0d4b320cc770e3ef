package dev.weft.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EchoSocketTest {
  private static final int MTU = 1500;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration IMPATIENCE = Duration.ofMillis(200);

  @RegisterExtension private final FreshNamespace kernel = new FreshNamespace();
  private NetworkNamespace there;

  @BeforeEach
  void joinTwoHosts() {
    there = kernel.another();
    LinkSettings moved = LinkSettings.builder().namespace(there).build();
    var peer = new LinkKind.Veth.Peer("wire", moved);
    kernel.netlink().linkAdd(new LinkSpec("wire", new LinkKind.Veth(peer), LinkSettings.NONE));
    host(kernel.namespace(), 1);
    host(there, 2);
  }

  private static void host(NetworkNamespace namespace, int number) {
    try (Netlink netlink = Netlink.open(namespace)) {
      int wire = netlink.link("wire").orElseThrow().index();
      netlink.linkSet(wire, LinkSettings.builder().up(true).mtu(MTU).build());
      netlink.addressAdd(Address.of(wire, IpPrefix.parse("192.0.2." + number + "/24")));
      netlink.addressAdd(
          Address.of(wire, IpPrefix.parse("fd00::" + number + "/64"), Address.Flag.NODAD));
    }
  }

  private EchoSocket open(String peer) {
    InetAddress address = IpPrefix.parseAddress(peer);
    return kernel.closeLater(kernel.namespace().call(() -> EchoSocket.open(address)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.2", "fd00::2"})
  void aHostAnswersSmallRequestsAndFullOnes(String peer) throws InterruptedException {
    EchoSocket echo = open(peer);

    assertThat(echo.ask(1, EchoSocket.LEAST, PATIENCE)).isTrue();
    assertThat(echo.ask(2, MTU, PATIENCE)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.2", "fd00::2"})
  void whatTheWayHasNoRoomForIsNotAnsweredAndNotCut(String peer) throws InterruptedException {
    try (Netlink netlink = Netlink.open(there)) {
      int wire = netlink.link("wire").orElseThrow().index();
      netlink.linkSet(wire, LinkSettings.builder().mtu(1400).build());
    }
    EchoSocket echo = open(peer);

    assertThat(echo.ask(1, 1400, PATIENCE)).isTrue();
    assertThat(echo.ask(2, 1405, IMPATIENCE)).isFalse();
    assertThat(echo.ask(3, MTU + 1, IMPATIENCE)).as("more than the first link takes").isFalse();
  }

  @Test
  void aHostThatIsNotThereDoesNotAnswer() throws InterruptedException {
    assertThat(open("192.0.2.9").ask(1, EchoSocket.LEAST, IMPATIENCE)).isFalse();
  }

  @Test
  void aHostWithoutARouteIsAnError() {
    assertThatExceptionOfType(NetlinkException.class)
        .isThrownBy(() -> open("198.51.100.1"))
        .withMessageContaining("198.51.100.1")
        .withMessageContaining("ENETUNREACH");
  }
}
