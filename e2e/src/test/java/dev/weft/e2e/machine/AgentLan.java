package dev.weft.e2e.machine;

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
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Netlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Nodes on one wire, with captures of its traffic. */
final class AgentLan implements AutoCloseable {
  /** Timeout of a wait. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Time without a frame after which none is expected. */
  static final Duration NOTHING = Duration.ofMillis(400);

  private static final String FORGED = "forged by somebody on the wire";

  private final PaperMesh mesh = new PaperMesh();
  private final List<AgentNode> nodes = new ArrayList<>();
  private final List<NatRouter> routers = new ArrayList<>();
  private final Path folder;
  private final NetworkNamespace switching;
  private final Netlink ports;

  AgentLan() {
    try {
      folder = Files.createTempDirectory(Path.of("/dev/shm"), "weft-keys");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    switching = NetworkNamespace.createUnnamed();
    ports = Netlink.open(switching);
    ports.linkAdd(
        new LinkSpec("lan", new LinkKind.Bridge(), LinkSettings.builder().up(true).build()));
  }

  /** Skips the tests of a class if the kernel lacks ESP or ESP inside UDP. */
  static void assumeEsp() {
    Awaitility.setDefaultTimeout(PATIENCE);
    assumeTrue(Root.is(), Root.REASON);
    List<String> lacking = Kernel.lacksForEncryption(KernelSurvey.kernel(), true, true);
    assumeTrue(lacking.isEmpty(), "this kernel lacks what encryption needs: " + lacking);
  }

  /** Starts nodes 1 to {@code count} with their agents. */
  void nodes(int count, boolean ipv6) {
    for (int number = 1; number <= count; number++) {
      node(number, ipv6).start();
    }
  }

  /** Adds a node without an agent. */
  AgentNode node(int number, boolean ipv6) {
    AgentNode node = new AgentNode(number, Ends.onWire(number, ipv6), mesh, folder);
    nodes.add(node);
    node.wireTo(ports);
    return node;
  }

  /** Adds a node on a separate wire, behind a router that gives it an address on this one. */
  void nodeBehindNat(int number) {
    Ends ends = Ends.behindNat(number);
    AgentNode node = new AgentNode(number, ends, mesh, folder);
    nodes.add(node);
    NatRouter router = NatRouter.of(ends);
    routers.add(router);
    router.wireTo(ports, node);
    node.start();
  }

  PaperMesh mesh() {
    return mesh;
  }

  List<AgentNode> nodes() {
    return nodes;
  }

  AgentNode first() {
    return nodes.get(0);
  }

  AgentNode second() {
    return nodes.get(1);
  }

  /** Makes all nodes carry a network, and waits until it works. */
  void carried(AgentNode.Network network) {
    carry(network);
    await().until(() -> answers(network));
  }

  void carry(AgentNode.Network network) {
    for (AgentNode node : nodes) {
      node.carry(network, nodes.stream().filter(other -> other != node).toArray(AgentNode[]::new));
    }
  }

  /** Whether the first node's sandbox answers every other node's sandbox. */
  boolean answers(AgentNode.Network network) {
    return nodes.stream()
        .skip(1)
        .allMatch(node ->
            Ping.once(node.sandbox(), first().inside(network), NOTHING.multipliedBy(2))
                .isPresent());
  }

  /** Removes all networks from all nodes, and waits until nothing is left. */
  void leavesNothing() {
    for (AgentNode.Network network : AgentNode.Network.values()) {
      nodes.forEach(node -> node.drop(network));
    }
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

  /** IPsec error counters of each node's kernel. */
  Map<String, String> errors() {
    return nodes.stream().collect(Collectors.toMap(AgentNode::name, AgentNode::errors));
  }

  @Override
  public void close() {
    nodes.forEach(AgentNode::close);
    routers.forEach(NatRouter::close);
    ports.close();
    switching.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Captures of all frames that nodes send, and of those that reach the second node. */
  final class Wires implements AutoCloseable {
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

    /** Checks that nodes have sent each other UDP datagrams, and only to this port. */
    void sawOnlyUdpTo(int port) {
      assertThat(sent()).anyMatch(frame -> Packets.isUdpTo(frame, port));
      assertThat(sent())
          .filteredOn(frame -> !Packets.tells(frame, FORGED))
          .noneMatch(frame -> Packets.protocol(frame) == Packets.ESP)
          .filteredOn(frame -> Packets.protocol(frame) == Packets.UDP)
          .allMatch(frame -> Packets.isUdpTo(frame, port));
    }

    void sawEsp() {
      assertThat(sent()).anyMatch(frame -> Packets.protocol(frame) == Packets.ESP);
    }

    /** Checks that no node has sent a clear frame of the encrypted network. */
    void saidNothing() {
      assertThat(sent().stream().filter(frame -> !Packets.tells(frame, FORGED)))
          .noneMatch(frame -> Packets.isUdpTo(frame, AgentNode.SECRET_PORT));
    }

    /** Checks also that no sandbox receives a clear frame forged on the wire. */
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
