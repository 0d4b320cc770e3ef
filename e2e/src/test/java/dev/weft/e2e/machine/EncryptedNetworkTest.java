package dev.weft.e2e.machine;

import static dev.weft.e2e.machine.AgentNode.Network.CLEAR;
import static dev.weft.e2e.machine.AgentNode.Network.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.agent.node.KernelSurvey;
import dev.weft.api.Kernel;
import dev.weft.e2e.lab.Root;
import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.FrameSender;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.mesh.keys.KeyTarget.Step;
import dev.weft.netlink.LinkKind;
import dev.weft.netlink.LinkSettings;
import dev.weft.netlink.LinkSpec;
import dev.weft.netlink.Netlink;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.XfrmState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Encrypted networks as the agent builds and keeps them, on a kernel with ESP. Each claim that
 * nothing is in clear is made by captures that have seen clear frames before.
 */
class EncryptedNetworkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration NOTHING = Duration.ofMillis(400);
  private static final String FORGED = "forged by somebody on the wire";
  private static final long FOREIGN_SPI = 0x777;
  private static final List<String> TABLES = List.of("state", "policy");

  private final PaperMesh mesh = new PaperMesh();
  private final List<AgentNode> nodes = new ArrayList<>();
  private Path folder;
  private NetworkNamespace switching;
  private Netlink ports;

  @BeforeAll
  static void needsEsp() {
    Awaitility.setDefaultTimeout(PATIENCE);
    assumeTrue(Root.is(), Root.REASON);
    List<String> lacking = Kernel.lacksForEncryption(KernelSurvey.kernel(), true);
    assumeTrue(lacking.isEmpty(), "this kernel lacks what encryption takes: " + lacking);
  }

  @BeforeEach
  void aSwitch() throws IOException {
    folder = Files.createTempDirectory(Path.of("/dev/shm"), "weft-keys");
    switching = NetworkNamespace.createUnnamed();
    ports = Netlink.open(switching);
    ports.linkAdd(
        new LinkSpec("lan", new LinkKind.Bridge(), LinkSettings.builder().up(true).build()));
  }

  @AfterEach
  void nothingStays() throws IOException {
    nodes.forEach(AgentNode::close);
    ports.close();
    switching.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private AgentNode node(int number, boolean ipv6) {
    AgentNode node = new AgentNode(number, ipv6, mesh, folder);
    nodes.add(node);
    node.wireTo(switching, ports);
    return node;
  }

  private void nodes(int count, boolean ipv6) {
    for (int number = 1; number <= count; number++) {
      node(number, ipv6).start();
    }
  }

  private AgentNode first() {
    return nodes.get(0);
  }

  private AgentNode second() {
    return nodes.get(1);
  }

  private void carried(AgentNode.Network network) {
    for (AgentNode node : nodes) {
      node.carry(network, nodes.stream().filter(other -> other != node).toArray(AgentNode[]::new));
    }
    await().until(() -> answers(network));
  }

  @Test
  void onlyEspLeavesBesideAClearNetworkAndForgedFramesDoNotEnter() {
    nodes(2, false);
    carried(CLEAR);
    carried(SECRET);
    try (Wires wires = new Wires()) {
      assertThat(answers(CLEAR)).isTrue();
      wires.saw(AgentNode.CLEAR_PORT);
      assertThat(answers(SECRET)).isTrue();
      wires.refused();
      assertThat(answers(SECRET)).isTrue();
      wires.sawEsp();
    }
    leavesNothing();
  }

  private void leavesNothing() {
    nodes.forEach(node -> node.drop(CLEAR));
    nodes.forEach(node -> node.drop(SECRET));
    await()
        .untilAsserted(() -> {
          for (AgentNode node : nodes) {
            assertThat(node.command("ip", "xfrm", "state")).isEmpty();
            assertThat(node.command("ip", "xfrm", "policy")).isEmpty();
            assertThat(node.ruleset()).isEmpty();
            assertThat(node.command("ip", "-br", "link")).doesNotContain("wv-", "wb-");
            assertThat(node.keys().path()).doesNotExist();
          }
        });
  }

  @Test
  void aPolicyOfOthersInTheWayIsNamedAndStaysAndNothingPassesInClear() {
    nodes(2, false);
    String somebodys = stateOfSomebody(first());
    String policy = "dir out src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 4790";
    first().command(("ip xfrm policy add " + policy + " priority 7").split(" "));
    nodes.forEach(node -> node.carry(SECRET, node == first() ? second() : first()));
    await()
        .until(() ->
            first().problems().stream()
                .anyMatch(
                    problem -> problem.toString().contains("policy of priority 7 that is not")));
    assertThat(first().command("ip", "xfrm", "policy")).contains("priority 7 ");
    assertThat(first().command("ip", "-br", "link")).doesNotContain("wv-");
    try (Wires wires = new Wires()) {
      wires.refused();
    }
    first().command(("ip xfrm policy delete " + policy).split(" "));
    await().until(() -> answers(SECRET) && first().problems().isEmpty());
    nodes.forEach(node -> node.drop(SECRET));
    await().until(() -> first().command("ip", "xfrm", "policy").isEmpty());
    assertThat(first().command("ip", "xfrm", "state")).isEqualTo(somebodys);
  }

  @Test
  void aPolicyOfOursThatSomebodyChangesIsPutRight() {
    nodes(2, false);
    carried(SECRET);
    List<String> ours = policies(first());
    first()
        .command(
            "ip xfrm policy update dir out src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 4790 priority 7"
                .split(" "));
    await().untilAsserted(() -> assertThat(policies(first())).isEqualTo(ours));
    assertThat(first().repaired()).containsKey(SECRET.name());
  }

  /** Lines of the table, in no order. */
  private static List<String> policies(AgentNode node) {
    return node.command("ip", "xfrm", "policy").lines().sorted().toList();
  }

  /** A state that is not ours, and what the table looks like with it. */
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
  void aKeyThatHasCarriedAllItMayIsTold() {
    nodes(2, false);
    nodes.forEach(node -> node.volume(10_000));
    carried(SECRET);
    try (SteadyPing ping = SteadyPing.start(first().sandbox(), second().inside(SECRET), PATIENCE)) {
      await().until(() -> mesh.exhausted(first()).isPresent());
      long epoch = mesh.rotate();
      await().until(() -> mesh.rests(epoch));
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
    }
  }

  @Test
  void anIpv6UnderlayIsProtectedTheSame() {
    nodes(2, true);
    carried(SECRET);
    try (Wires wires = new Wires()) {
      assertThat(answers(SECRET)).isTrue();
      wires.refused();
      wires.sawEsp();
      first().command("ip", "xfrm", "policy", "flush");
      wires.refused();
      await().until(() -> answers(SECRET));
      wires.refused();
    }
  }

  @Test
  void withoutKeysAndWithAnUnknownPeerNothingPassesEitherWay() {
    nodes(2, false);
    second().kill();
    first().carry(SECRET, second());
    await().until(() -> first().command("ip", "-br", "link").contains("wv-"));
    try (Wires wires = new Wires()) {
      assertThat(answers(SECRET)).isFalse();
      wires.refused();
    }
    second().start();
    second().carry(SECRET, first());
    await().until(() -> answers(SECRET));
  }

  @Test
  void aFlushOfEitherTableLeavesNothingInClearAndIsRepairedAtOnce() {
    nodes(2, false);
    carried(SECRET);
    try (Wires wires = new Wires()) {
      for (String table : TABLES) {
        first().command("ip", "xfrm", table, "flush");
        wires.refused();
        await().until(() -> answers(SECRET));
        nodes.forEach(node -> node.command("ip", "xfrm", table, "flush"));
        wires.refused();
        await().until(() -> answers(SECRET));
        wires.refused();
      }
      wires.sawEsp();
    }
    assertThat(first().repaired()).containsKey(SECRET.name());
  }

  @Test
  void whileTheAgentIsDeadAFlushLeavesNothingInClear() {
    nodes(2, false);
    carried(SECRET);
    Set<Long> spis = spis(first());
    first().kill();
    try (Wires wires = new Wires()) {
      assertThat(answers(SECRET)).isTrue();
      first().start();
      await().until(() -> first().problems().isEmpty() && answers(SECRET));
      assertThat(spis(first())).as("states are adopted").isEqualTo(spis);
      for (String table : TABLES) {
        nodes.forEach(AgentNode::kill);
        nodes.forEach(node -> node.command("ip", "xfrm", table, "flush"));
        assertThat(Ping.once(first().sandbox(), second().inside(SECRET), NOTHING)).isEmpty();
        wires.refused();
        nodes.forEach(AgentNode::start);
        await().until(() -> answers(SECRET));
        wires.refused();
      }
    }
    assertThat(spis(first())).as("no state is made twice").doesNotContainAnyElementsOf(spis);
  }

  @Test
  void theIpsecOfOthersIsNotTakenForOursEvenWithoutPolicies() throws IOException {
    nodes(2, false);
    carried(SECRET);
    nodes.forEach(AgentNode::kill);
    second().command("ip", "xfrm", "policy", "flush");
    AgentNode stranger = node(3, false);
    byIpsecOfOthers(stranger, first().vtep(), second());
    try (Capture inside = second().captureInside(SECRET)) {
      send(stranger, second(), "by a stranger's state");
      await().until(() -> received(second()) == 1);
      second().command("nft", "flush", "table", "inet", "weft");
      send(stranger, second(), "without the rules");
      await()
          .until(() ->
              inside.frames().stream()
                  .anyMatch(frame -> Packets.tells(frame, "without the rules")));
      assertThat(inside.frames()).noneMatch(frame -> Packets.tells(frame, "by a stranger's state"));
    }
  }

  /** Has a host send to a node as another one, by a state that is not ours. */
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

  /** How many packets have come to a node by the stranger's state. */
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
    nodes(2, false);
    carried(SECRET);
    try (Wires wires = new Wires();
        SteadyPing ping = SteadyPing.start(first().sandbox(), second().inside(SECRET), PATIENCE)) {
      for (Step step : Step.values()) {
        mesh.stopAt(step);
        long epoch = mesh.rotate();
        await().until(() -> mesh.target().step() == step && mesh.allAcknowledge());
        first().kill();
        wires.refused();
        first().start();
        wires.refused();
        mesh.stopAt(Step.RETIRE);
        await().until(() -> mesh.rests(epoch));
      }
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
      wires.refused();
      wires.sawEsp();
    }
  }

  @Test
  void rotationsLoseNoPacketAndCountNoError() {
    nodes(2, false);
    carried(SECRET);
    mesh.rotate();
    await().until(() -> mesh.rests(2));
    Map<String, String> errors = errors();
    int rotations = Integer.getInteger("weft.rotations", 20);
    try (SteadyPing ping = SteadyPing.start(first().sandbox(), second().inside(SECRET), PATIENCE);
        SteadyStream stream =
            SteadyStream.start(first().sandbox(), second().sandbox(), second().inside(SECRET));
        Wires wires = new Wires()) {
      for (int i = 0; i < rotations; i++) {
        ping.awaitMore(10);
        stream.awaitMore(1 << 16);
        long epoch = mesh.rotate();
        await().until(() -> mesh.rests(epoch));
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
    assertThat(errors()).isEqualTo(errors);
  }

  @Test
  void twoNodesThatWereAwayForThreeEpochsRejoin() {
    nodes(3, false);
    carried(SECRET);
    List<AgentNode> away = nodes.subList(1, 3);
    away.forEach(AgentNode::kill);
    away.forEach(node -> mesh.isAway(node, true));
    for (int i = 0; i < 3; i++) {
      long epoch = mesh.rotate();
      await().until(() -> mesh.rests(epoch));
    }
    try (Wires wires = new Wires()) {
      assertThat(Ping.once(first().sandbox(), second().inside(SECRET), NOTHING)).isEmpty();
      long start = System.nanoTime();
      away.forEach(AgentNode::start);
      away.forEach(node -> mesh.isAway(node, false));
      await().until(() -> answers(SECRET));
      System.out.printf(
          "two nodes that were away rejoined in %d ms%n", (System.nanoTime() - start) / 1_000_000);
      wires.refused();
    }
  }

  private Map<String, String> errors() {
    return nodes.stream().collect(Collectors.toMap(AgentNode::name, AgentNode::errors));
  }

  private static Set<Long> spis(AgentNode node) {
    return node.xfrm().states().stream()
        .map(XfrmState::spec)
        .map(spec -> spec.id().spi())
        .filter(spi -> spi != 0)
        .collect(Collectors.toSet());
  }

  /** Whether every node's sandbox is answered by the first one's. */
  private boolean answers(AgentNode.Network network) {
    return nodes.stream()
        .skip(1)
        .allMatch(node ->
            Ping.once(node.sandbox(), first().inside(network), NOTHING.multipliedBy(2))
                .isPresent());
  }

  /** Captures of all that nodes send, and of what comes out in the second one's sandbox. */
  private final class Wires implements AutoCloseable {
    private final List<Capture> sent =
        nodes.stream()
            .map(node -> Capture.open(switching, ports.link(node.name()).orElseThrow().index()))
            .toList();
    private final Capture arrived = Capture.open(second().namespace(), second().wire().index());

    List<byte[]> sent() {
      return sent.stream().flatMap(each -> each.frames().stream()).toList();
    }

    void saw(int port) {
      assertThat(sent()).anyMatch(frame -> Packets.isUdpTo(frame, port));
    }

    void sawEsp() {
      assertThat(sent()).anyMatch(frame -> Packets.protocol(frame) == Packets.ESP);
    }

    /** No node has sent any clear frame of the encrypted network. */
    void saidNothing() {
      assertThat(sent().stream().filter(frame -> !Packets.tells(frame, FORGED)))
          .noneMatch(frame -> Packets.isUdpTo(frame, AgentNode.SECRET_PORT));
    }

    /** The same, and a clear frame that somebody puts on the wire does not come out of it. */
    void refused() {
      saidNothing();
      if (!second().hasSandboxOn(SECRET)) {
        return;
      }
      try (Capture inside = second().captureInside(SECRET)) {
        forge(first().vtep(), second());
        assertThat(arrived.frames()).anyMatch(frame -> Packets.tells(frame, FORGED));
        boolean _ = Ping.once(first().sandbox(), second().inside(SECRET), NOTHING).isPresent();
        assertThat(inside.frames()).noneMatch(frame -> Packets.tells(frame, FORGED));
      }
      saidNothing();
    }

    @Override
    public void close() {
      sent.forEach(Capture::close);
      arrived.close();
    }
  }

  /** Puts a clear frame with the right VNI and port on the wire, to the right node. */
  private void forge(InetAddress from, AgentNode to) {
    try (FrameSender attacker =
        FrameSender.open(switching, ports.link("lan").orElseThrow().index())) {
      assertThat(
              attacker.send(
                  Packets.clearVxlan(
                      to.wire().address(),
                      from,
                      to.vtep(),
                      AgentNode.SECRET_PORT,
                      AgentNode.SECRET_VNI,
                      Packets.inner(FORGED))))
          .isTrue();
    }
  }
}
