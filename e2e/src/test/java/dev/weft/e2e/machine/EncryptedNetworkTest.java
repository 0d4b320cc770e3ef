package dev.weft.e2e.machine;

import static dev.weft.e2e.machine.AgentNode.Network.CLEAR;
import static dev.weft.e2e.machine.AgentNode.Network.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.mesh.keys.KeyTarget.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Encrypted networks as the agent builds and repairs them, on a kernel with ESP. Every capture that
 * must see no clear frame has seen clear frames before.
 */
class EncryptedNetworkTest {
  private static final long FOREIGN_SPI = 0x777;
  private static final List<String> TABLES = List.of("state", "policy");

  @AutoClose private final AgentLan lan = new AgentLan();

  @BeforeAll
  static void needsEsp() {
    AgentLan.assumeEsp();
  }

  @Test
  void onlyEspLeavesBesideAClearNetworkAndForgedFramesDoNotEnter() {
    lan.nodes(2, false);
    lan.carried(CLEAR);
    lan.carried(SECRET);
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(CLEAR)).isTrue();
      wires.saw(AgentNode.CLEAR_PORT);
      assertThat(lan.answers(SECRET)).isTrue();
      wires.refused();
      assertThat(lan.answers(SECRET)).isTrue();
      wires.sawEsp();
    }
    lan.leavesNothing();
  }

  @Test
  void aPolicyOfOthersInTheWayIsNamedAndStaysAndNothingPassesInClear() {
    lan.nodes(2, false);
    String somebodys = stateOfSomebody(lan.first());
    String policy = "dir out src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 4790";
    lan.first().command(("ip xfrm policy add " + policy + " priority 7").split(" "));
    lan.nodes()
        .forEach(node -> node.carry(SECRET, node == lan.first() ? lan.second() : lan.first()));
    await()
        .until(() ->
            lan.first().problems().stream()
                .anyMatch(
                    problem -> problem.toString().contains("policy of priority 7 that is not")));
    assertThat(lan.first().command("ip", "xfrm", "policy")).contains("priority 7 ");
    assertThat(lan.first().command("ip", "-br", "link")).doesNotContain("wv-");
    try (AgentLan.Wires wires = lan.new Wires()) {
      wires.refused();
    }
    lan.first().command(("ip xfrm policy delete " + policy).split(" "));
    await().until(() -> lan.answers(SECRET) && lan.first().problems().isEmpty());
    lan.nodes().forEach(node -> node.drop(SECRET));
    await().until(() -> lan.first().command("ip", "xfrm", "policy").isEmpty());
    assertThat(lan.first().command("ip", "xfrm", "state")).isEqualTo(somebodys);
  }

  @Test
  void aPolicyOfOursThatSomebodyChangesIsPutRight() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    List<String> ours = policies(lan.first());
    lan.first()
        .command(
            "ip xfrm policy update dir out src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 4790 priority 7"
                .split(" "));
    await().untilAsserted(() -> assertThat(policies(lan.first())).isEqualTo(ours));
    assertThat(lan.first().repaired()).containsKey(SECRET.name());
  }

  /** Lines of the table, in any order. */
  private static List<String> policies(AgentNode node) {
    return node.command("ip", "xfrm", "policy").lines().sorted().toList();
  }

  /** Adds a foreign state, and returns the table with it. */
  private static String stateOfSomebody(AgentNode node) {
    node.command(
        ("ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1234 reqid 99 mode"
                + " transport aead rfc4106(gcm(aes)) 0x"
                + "ab".repeat(36)
                + " 128")
            .split(" "));
    return node.command("ip", "xfrm", "state");
  }

  @Test
  void aKeyAtItsByteLimitIsReported() {
    lan.nodes(2, false);
    lan.nodes().forEach(node -> node.volume(10_000));
    lan.carried(SECRET);
    try (SteadyPing ping =
        SteadyPing.start(lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE)) {
      await().until(() -> lan.mesh().exhausted(lan.first()).isPresent());
      long epoch = lan.mesh().rotate();
      await().until(() -> lan.mesh().rests(epoch));
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
    }
  }

  @Test
  void anIpv6UnderlayIsProtectedTheSame() {
    lan.nodes(2, true);
    lan.carried(SECRET);
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isTrue();
      wires.refused();
      wires.sawEsp();
      lan.first().command("ip", "xfrm", "policy", "flush");
      wires.refused();
      await().until(() -> lan.answers(SECRET));
      wires.refused();
    }
  }

  @Test
  void withoutKeysAndWithAnUnknownPeerNothingPassesEitherWay() {
    lan.nodes(2, false);
    lan.second().kill();
    lan.first().carry(SECRET, lan.second());
    await().until(() -> lan.first().command("ip", "-br", "link").contains("wv-"));
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isFalse();
      wires.refused();
    }
    lan.second().start();
    lan.second().carry(SECRET, lan.first());
    await().until(() -> lan.answers(SECRET));
  }

  @Test
  void aFlushOfEitherTableLeavesNothingInClearAndIsRepairedAtOnce() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    try (AgentLan.Wires wires = lan.new Wires()) {
      for (String table : TABLES) {
        lan.first().command("ip", "xfrm", table, "flush");
        wires.refused();
        await().until(() -> lan.answers(SECRET));
        lan.nodes().forEach(node -> node.command("ip", "xfrm", table, "flush"));
        wires.refused();
        await().until(() -> lan.answers(SECRET));
        wires.refused();
      }
      wires.sawEsp();
    }
    assertThat(lan.first().repaired()).containsKey(SECRET.name());
  }

  @Test
  void whileTheAgentIsDeadAFlushLeavesNothingInClear() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    Set<Long> spis = lan.first().spis();
    lan.first().kill();
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(lan.answers(SECRET)).isTrue();
      lan.first().start();
      await().until(() -> lan.first().problems().isEmpty() && lan.answers(SECRET));
      assertThat(lan.first().spis()).as("states are adopted").isEqualTo(spis);
      for (String table : TABLES) {
        lan.nodes().forEach(AgentNode::kill);
        lan.nodes().forEach(node -> node.command("ip", "xfrm", table, "flush"));
        assertThat(Ping.once(lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.NOTHING))
            .isEmpty();
        wires.refused();
        lan.nodes().forEach(AgentNode::start);
        await().until(() -> lan.answers(SECRET));
        wires.refused();
      }
    }
    assertThat(lan.first().spis()).as("no state is made twice").doesNotContainAnyElementsOf(spis);
  }

  @Test
  void theIpsecOfOthersIsNotTakenForOursEvenWithoutPolicies() throws IOException {
    lan.nodes(2, false);
    lan.carried(SECRET);
    lan.nodes().forEach(AgentNode::kill);
    lan.second().command("ip", "xfrm", "policy", "flush");
    AgentNode stranger = lan.node(3, false);
    byIpsecOfOthers(stranger, lan.first().vtep(), lan.second());
    try (Capture inside = lan.second().captureInside(SECRET)) {
      send(stranger, lan.second(), "by a stranger's state");
      await().until(() -> received(lan.second()) == 1);
      lan.second().command("nft", "flush", "table", "inet", "weft");
      send(stranger, lan.second(), "without the rules");
      await()
          .until(() ->
              inside.frames().stream()
                  .anyMatch(frame -> Packets.tells(frame, "without the rules")));
      assertThat(inside.frames()).noneMatch(frame -> Packets.tells(frame, "by a stranger's state"));
    }
  }

  /** Makes a host send to a node with another node's address, by a foreign state. */
  private static void byIpsecOfOthers(AgentNode stranger, InetAddress from, AgentNode to) {
    String source = from.getHostAddress();
    String target = to.vtep().getHostAddress();
    stranger.command("ip", "address", "add", source, "dev", "eth0");
    stranger.command("ip", "route", "add", target, "dev", "eth0", "src", source);
    stranger.command(
        words("ip neigh add %s dev eth0 lladdr %s", target, to.wire().address().toString()));
    String state =
        "ip xfrm state add src %s dst %s proto esp spi %d reqid 7 mode transport aead"
            + " rfc4106(gcm(aes)) 0x%s 128";
    for (AgentNode host : List.of(stranger, to)) {
      host.command(words(state, source, target, FOREIGN_SPI, "5".repeat(72)));
    }
    stranger.command(
        words(
            "ip xfrm policy add dir out src %1$s dst %2$s proto udp dport %3$d tmpl src %1$s dst"
                + " %2$s proto esp reqid 7 mode transport",
            source, target, AgentNode.SECRET_PORT));
  }

  private static String[] words(String line, Object... values) {
    return line.formatted(values).split(" ", -1);
  }

  /** Number of packets that a node has received by the foreign state. */
  private static long received(AgentNode node) {
    return node.xfrm().states().stream()
        .filter(state -> state.spec().id().spi() == FOREIGN_SPI)
        .mapToLong(state -> state.usage().packets())
        .sum();
  }

  /** Sends a frame in VXLAN, which the kernel encrypts. */
  private static void send(AgentNode from, AgentNode to, String words) throws IOException {
    try (DatagramChannel channel = from.namespace().call(() -> DatagramChannel.open())) {
      channel.send(
          ByteBuffer.wrap(Packets.vxlan(AgentNode.SECRET_VNI, Packets.inner(words))),
          new InetSocketAddress(to.vtep(), AgentNode.SECRET_PORT));
    }
  }

  @Test
  void atEachStepOfARotationAnAgentMayDie() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    try (AgentLan.Wires wires = lan.new Wires();
        SteadyPing ping =
            SteadyPing.start(
                lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE)) {
      for (Step step : Step.values()) {
        lan.mesh().stopAt(step);
        long epoch = lan.mesh().rotate();
        await().until(() -> lan.mesh().target().step() == step && lan.mesh().allAcknowledge());
        lan.first().kill();
        wires.refused();
        lan.first().start();
        wires.refused();
        lan.mesh().stopAt(Step.RETIRE);
        await().until(() -> lan.mesh().rests(epoch));
      }
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
      wires.refused();
      wires.sawEsp();
    }
  }

  @Test
  void rotationsLoseNoPacketAndCountNoError() {
    lan.nodes(2, false);
    lan.carried(SECRET);
    lan.mesh().rotate();
    await().until(() -> lan.mesh().rests(2));
    Map<String, String> errors = lan.errors();
    int rotations = Integer.getInteger("weft.rotations", 20);
    try (SteadyPing ping =
            SteadyPing.start(
                lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.PATIENCE);
        SteadyStream stream =
            SteadyStream.start(
                lan.first().sandbox(), lan.second().sandbox(), lan.second().inside(SECRET));
        AgentLan.Wires wires = lan.new Wires()) {
      for (int i = 0; i < rotations; i++) {
        ping.awaitMore(10);
        stream.awaitMore(1 << 16);
        long epoch = lan.mesh().rotate();
        await().until(() -> lan.mesh().rests(epoch));
      }
      ping.awaitMore(10);
      stream.awaitMore(1 << 16);
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
      stream.stop();
      wires.saidNothing();
      System.out.printf(
          "%d rotations by agents: %d echo requests and %d bytes of a TCP stream, nothing lost%n",
          rotations, ping.sent(), stream.received());
    }
    assertThat(lan.errors()).isEqualTo(errors);
  }

  @Test
  void twoNodesThatWereAwayForThreeEpochsRejoin() {
    lan.nodes(3, false);
    lan.carried(SECRET);
    List<AgentNode> away = lan.nodes().subList(1, 3);
    away.forEach(AgentNode::kill);
    away.forEach(node -> lan.mesh().isAway(node, true));
    for (int i = 0; i < 3; i++) {
      long epoch = lan.mesh().rotate();
      await().until(() -> lan.mesh().rests(epoch));
    }
    try (AgentLan.Wires wires = lan.new Wires()) {
      assertThat(Ping.once(lan.first().sandbox(), lan.second().inside(SECRET), AgentLan.NOTHING))
          .isEmpty();
      long start = System.nanoTime();
      away.forEach(AgentNode::start);
      away.forEach(node -> lan.mesh().isAway(node, false));
      await().until(() -> lan.answers(SECRET));
      System.out.printf(
          "two nodes that were away rejoined in %d ms%n", (System.nanoTime() - start) / 1_000_000);
      wires.refused();
    }
  }
}
