package dev.weft.e2e.machine;

import static dev.weft.e2e.machine.AgentNode.Network.CLEAR;
import static dev.weft.e2e.machine.AgentNode.Network.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.SteadyPing;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Encrypted networks with ESP inside UDP, as the agent builds and repairs them, on a kernel with
 * ESP.
 */
class EspInUdpTest {
  private static final int PORT = 4500;
  private static final int OTHER_PORT = 4501;
  private static final int ETHERNET = 14;
  private static final int UNDERLAY = 1500;
  private static final int IPV4_UDP = 28;

  @AutoClose private final AgentLan lan = new AgentLan();

  @BeforeAll
  static void needsEsp() {
    AgentLan.assumeEsp();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void onlyUdpLeavesAndNothingInClearEvenAfterAFlush(boolean ipv6) throws IOException {
    lan.mesh().travelBy(Optional.of(PORT));
    lan.nodes(2, ipv6);
    lan.carried(SECRET);
    assertThat(lan.first().mtu(SECRET)).isEqualTo(ipv6 ? 1388 : 1408);
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isTrue();
      wires.sawOnlyUdpTo(PORT);
      assertThat(lan.first().plan()).isEmpty();
      aFullPacketFitsAndNoLargerOne(lan.first().mtu(SECRET));
      assertThat(wires.sent()).extracting(frame -> frame.length).contains(ETHERNET + UNDERLAY);
      assertThat(wires.sent())
          .allSatisfy(frame -> assertThat(Packets.isFragment(frame)).isFalse())
          .allSatisfy(frame -> assertThat(frame).hasSizeLessThanOrEqualTo(ETHERNET + UNDERLAY));
      for (String table : List.of("policy", "state")) {
        Set<Long> spis = lan.first().spis();
        lan.nodes().forEach(node -> node.command("ip", "xfrm", table, "flush"));
        wires.refused();
        await().until(() -> lan.answers(SECRET));
        wires.refused();
        if (table.equals("state")) {
          assertThat(lan.first().spis()).doesNotContainAnyElementsOf(spis);
        }
      }
      wires.sawOnlyUdpTo(PORT);
    }
    lan.leavesNothing();
    lan.nodes().forEach(node -> assertThat(node.udpPorts()).isEmpty());
  }

  /** Sends from sandbox to sandbox with the bit "don't fragment". */
  private void aFullPacketFitsAndNoLargerOne(int mtu) throws IOException {
    try (DatagramSocket to = socket(lan.second());
        DatagramSocket from = socket(lan.first())) {
      from.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      to.setSoTimeout((int) AgentLan.PATIENCE.toMillis());
      from.send(
          new DatagramPacket(new byte[mtu - IPV4_UDP], mtu - IPV4_UDP, to.getLocalSocketAddress()));
      var packet = new DatagramPacket(new byte[UNDERLAY], UNDERLAY);
      to.receive(packet);
      assertThat(packet.getLength()).isEqualTo(mtu - IPV4_UDP);
      int more = mtu - IPV4_UDP + 1;
      assertThatThrownBy(
              () -> from.send(new DatagramPacket(new byte[more], more, to.getLocalSocketAddress())))
          .hasMessageContaining("too long");
    }
  }

  private static DatagramSocket socket(AgentNode node) throws IOException {
    return node.sandbox()
        .call(() -> new DatagramSocket(new InetSocketAddress(node.inside(SECRET), 0)));
  }

  @Test
  void espGoesIntoUdpAndToAnotherPortAndBackWithoutALostPacket() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    Map<String, String> errors = lan.errors();
    Set<Long> spis = lan.first().spis();
    try (SteadyPing ping =
            SteadyPing.start(
                lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE);
        AgentLan.Wires wires = lan.new Wires()) {
      for (Optional<Integer> port :
          List.of(Optional.of(PORT), Optional.of(OTHER_PORT), Optional.<Integer>empty())) {
        lan.mesh().travelBy(port);
        ping.awaitMore(10);
        rotate();
        assertThat(lan.first().spis()).doesNotContainAnyElementsOf(spis);
        spis = lan.first().spis();
        assertThat(lan.first().udpPorts()).containsExactlyElementsOf(port.stream().toList());
        try (AgentLan.Wires now = lan.new Wires()) {
          ping.awaitMore(10);
          if (port.isPresent()) {
            now.sawOnlyUdpTo(port.get());
          } else {
            now.sawEsp();
          }
          now.refused();
        }
      }
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
      wires.refused();
    }
    assertThat(lan.errors()).isEqualTo(errors);
  }

  @Test
  void aNodeBehindANatIsReachedAtItsPublicAddress() throws IOException {
    lan.mesh().travelBy(Optional.of(PORT));
    lan.nodes(1, false);
    lan.nodeBehindNat(2);
    lan.carried(SECRET);
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(Ping.once(lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE))
          .isPresent();
      aFullPacketFitsAndNoLargerOne(lan.first().mtu(SECRET));
      lan.second().command("ip", "xfrm", "state", "flush");
      await().until(() -> lan.answers(SECRET));
      rotate();
      assertThat(lan.answers(SECRET)).isTrue();
      wires.sawOnlyUdpTo(PORT);
      wires.saidNothing();
    }
    assertThat(lan.second().command("ip", "xfrm", "state"))
        .contains("src 192.0.2.1 dst 198.51.100.2", "src 198.51.100.2 dst 192.0.2.1");
    lan.carried(CLEAR);
    lan.leavesNothing();
  }

  @Test
  void aNodeThatHasNotHeardOfItYetIsSentPlainEspAndSendsInUdp() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    try (SteadyPing ping =
        SteadyPing.start(lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE)) {
      lan.mesh().isSlow(lan.second(), true);
      lan.mesh().travelBy(Optional.of(PORT));
      rotate();
      try (AgentLan.Wires wires = lan.new Wires()) {
        ping.awaitMore(10);
        wires.saw(PORT);
        wires.sawEsp();
        wires.refused();
      }
      assertThat(lan.first().udpPorts()).containsExactly(PORT);
      assertThat(lan.second().udpPorts()).isEmpty();
      lan.mesh().isSlow(lan.second(), false);
      rotate();
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
    }
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isTrue();
      wires.sawOnlyUdpTo(PORT);
    }
  }

  private void rotate() {
    long epoch = lan.mesh().rotate();
    await().until(() -> lan.mesh().rests(epoch));
  }

  @Test
  void aClosedPortPassesNothingAndAnAgentOpensItBeforeItKnowsAnything() {
    lan.mesh().travelBy(Optional.of(PORT));
    lan.nodes(2, false);
    lan.carried(SECRET);
    Set<Long> spis = lan.first().spis();
    lan.second().kill();
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isFalse();
      wires.refused();
      try (DataPlane _ = lan.second().resume()) {
        assertThat(lan.answers(SECRET)).isTrue();
      }
      lan.second().start();
      await().until(() -> lan.answers(SECRET));
      wires.refused();
      wires.sawOnlyUdpTo(PORT);
    }
    assertThat(lan.first().spis()).as("states are adopted").isEqualTo(spis);
  }

  @Test
  void anOccupiedPortIsReportedAndPlainEspContinuesUntilItIsFree() throws IOException {
    lan.nodes(2, false);
    lan.carried(SECRET);
    long epoch;
    try (DatagramSocket _ =
            lan.second()
                .namespace()
                .call(() -> new DatagramSocket(new InetSocketAddress("0.0.0.0", PORT)));
        AgentLan.Wires wires = lan.new Wires()) {
      lan.mesh().travelBy(Optional.of(PORT));
      epoch = lan.mesh().rotate();
      await()
          .untilAsserted(() ->
              assertThat(lan.second().problems().toString())
                  .contains("UDP port 4500: the Mesh uses it for encrypted networks")
                  .contains("process %d (java) uses it".formatted(ProcessHandle.current().pid()))
                  .contains("or let the Mesh name another port"));
      assertThat(lan.answers(SECRET)).isTrue();
      wires.sawEsp();
      wires.refused();
    }
    await().until(() -> lan.mesh().rests(epoch) && lan.second().problems().isEmpty());
    assertThat(Ping.once(lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE))
        .isPresent();
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isTrue();
      wires.sawOnlyUdpTo(PORT);
    }
  }
}
