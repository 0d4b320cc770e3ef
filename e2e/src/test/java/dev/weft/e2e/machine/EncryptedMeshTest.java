package dev.weft.e2e.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkSpecBuilder;
import dev.weft.api.Defaults;
import dev.weft.api.Mesh;
import dev.weft.api.Names;
import dev.weft.api.OverlayOptions;
import dev.weft.e2e.lab.Root;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The real agents under the real operator, on a kernel with ESP, with a clear network {@code blue}
 * (pods a and b) and an encrypted one {@code red} (pods c and d) side by side on the same nodes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncryptedMeshTest {
  /** Two nodes for the short form; with three, two are away at the same time. */
  private static final int NODES = Integer.getInteger("weft.machine.nodes", 2);

  private static final int ROTATIONS = Integer.getInteger("weft.machine.rotations", 1);
  private static final int KILLS = Integer.getInteger("weft.machine.kills", 3);
  private static final int CLEAR = Defaults.CLEAR_PORT;
  private static final int ENCRYPTED = 4790;
  private static final int IPSEC = 4500;
  private static final int BLUE = 5001;
  private static final int RED = 5002;
  private static final List<Path> TCPDUMP =
      List.of(Path.of("/usr/bin/tcpdump"), Path.of("/usr/sbin/tcpdump"));
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private MachineLab lab;

  @BeforeAll
  void start() {
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(TCPDUMP.stream().anyMatch(Files::isExecutable), "there is no tcpdump: install it");
    lab = MachineLab.start(Duration.ofMinutes(16L * NODES + ROTATIONS));
    lab.apply(overlay("blue", BLUE, false));
    lab.apply(overlay("red", RED, true));
    for (int node = 1; node <= NODES; node++) {
      lab.addNode();
    }
    lab.addPod("a", 1, "blue");
    lab.addPod("b", 2, "blue");
    lab.addPod("c", 1, "red");
    lab.addPod("d", 2, "red");
    awaitPing("c", "red", "d");
    attacker();
  }

  @AfterAll
  void end() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void clearFramesAreSeenOnTheWireAndForgedOnesEnterTheClearNetwork() throws IOException {
    try (WireTap wire = WireTap.ofWire(lab.guest());
        WireTap inside = WireTap.ofNamespace(lab.guest(), "pod-b")) {
      awaitPing("a", "blue", "b");
      forge(CLEAR, BLUE, "forged for blue");
      assertThat(clear(wire, CLEAR)).isNotEmpty();
      Awaitility.await().atMost(PATIENCE).until(() -> told(inside, "forged for blue"));
    }
  }

  @Test
  void theEncryptedNetworkIsEspAloneOnTheWireAndForgedFramesDoNotEnter() throws IOException {
    try (WireTap wire = WireTap.ofWire(lab.guest());
        WireTap inside = WireTap.ofNamespace(lab.guest(), "pod-d")) {
      forge(ENCRYPTED, RED, "forged for red");
      awaitPing("c", "red", "d");
      assertThat(told(wire, "forged for red")).isTrue();
      assertThat(inside.frames()).isNotEmpty();
      assertThat(told(inside, "forged for red")).isFalse();
      assertNothingInClear(wire);
      assertThat(wire.frames()).anyMatch(frame -> Packets.protocol(frame) == Packets.ESP);
    }
  }

  @Test
  void keysThatAreAskedForByAnAnnotationChangeWithoutLosingAPacket() {
    String errors = errors();
    try (WireTap wire = WireTap.ofWire(lab.guest());
        PingInside ping = PingInside.start(lab.guest(), "pod-c", address("d", "red"))) {
      for (int rotation = 0; rotation < ROTATIONS; rotation++) {
        ping.awaitMore(5);
        long epoch = epoch() + 1;
        lab.rotate("on-demand-" + epoch);
        assertThat(lab.awaitRest(epoch, PATIENCE))
            .containsSubsequence("Prepare", "Activate", "Idle");
      }
      ping.awaitMore(10);
      assertThat(ping.lost()).isZero();
      assertNothingInClear(wire);
      System.out.printf(
          "%d changes of keys, %d echo requests, none lost%n", ROTATIONS, ping.sent());
    }
    assertThat(errors()).isEqualTo(errors);
  }

  @Test
  void theEncryptedNetworkGoesIntoUdpAndBackWithoutLosingAPacket() {
    try (WireTap wire = WireTap.ofWire(lab.guest());
        PingInside ping = PingInside.start(lab.guest(), "pod-c", address("d", "red"))) {
      for (String encapsulation : List.of("UDP", "None")) {
        boolean udp = encapsulation.equals("UDP");
        long epoch = epoch() + 1;
        lab.encapsulate(encapsulation);
        lab.awaitRest(epoch, PATIENCE.multipliedBy(2));
        ping.awaitMore(5);
        try (WireTap now = WireTap.ofWire(lab.guest())) {
          ping.awaitMore(10);
          assertThat(now.frames())
              .anyMatch(frame -> isEspInUdp(frame) == udp && isEsp(frame) != udp)
              .noneMatch(frame -> udp ? isEsp(frame) : isEspInUdp(frame));
        }
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> lab.mtuOf("red").equals(Optional.of(udp ? 1408 : 1416)));
      }
      assertThat(ping.lost()).isZero();
      assertNothingInClear(wire);
    }
  }

  private static boolean isEsp(byte[] frame) {
    return Packets.protocol(frame) == Packets.ESP;
  }

  private static boolean isEspInUdp(byte[] frame) {
    return Packets.isUdpTo(frame, IPSEC);
  }

  @Test
  void flushedStatesAndPoliciesLeakNothingAndAreMadeAgain() {
    try (WireTap wire = WireTap.ofWire(lab.guest())) {
      for (String table : List.of("state", "policy")) {
        for (int node = 1; node <= 2; node++) {
          lab.in("node-" + node, "ip xfrm %s flush".formatted(table));
          tryPing("c", "d");
        }
        awaitPing("c", "red", "d");
      }
      assertNothingInClear(wire);
    }
  }

  @Test
  void anAgentKilledDuringAChangeLosesNothingAndResumesLater() {
    try (WireTap wire = WireTap.ofWire(lab.guest());
        PingInside ping = PingInside.start(lab.guest(), "pod-c", address("d", "red"))) {
      long epoch = epoch() + 1;
      lab.signal(2, "STOP");
      lab.extendLease(2);
      lab.rotate("killed-" + epoch);
      Awaitility.await().atMost(PATIENCE).until(() -> epoch() == epoch);
      lab.signal(2, "KILL");
      ping.awaitMore(10);
      assertThat(waitedFor()).contains(MachineLab.name(2));
      lab.startAgent(2);
      lab.awaitRest(epoch, PATIENCE);
      ping.awaitMore(10);
      assertThat(ping.lost()).isZero();
      assertNothingInClear(wire);
    }
  }

  @Test
  void anAgentThatIsKilledAfterAnyOfItsChangesLetsNothingPass() throws IOException {
    lab.killAndWipe(2);
    lab.watchChanges(2);
    lab.startAgent(2);
    awaitPing("c", "red", "d");
    int changes = lab.changes(2);
    assertThat(changes).isGreaterThan(KILLS);
    try (WireTap wire = WireTap.ofWire(lab.guest());
        WireTap inside = WireTap.ofNamespace(lab.guest(), "pod-d")) {
      for (int kill = 0; kill < KILLS; kill++) {
        lab.killAndWipe(2);
        lab.startAgentAndKill(2, 1 + kill * changes / KILLS);
        forge(ENCRYPTED, RED, "forged for red");
        tryPing("c", "d");
        tryPing("d", "c");
        System.out.printf(
            "killed after line %d of %d: %s%n", 1 + kill * changes / KILLS, changes, stands());
      }
      lab.startAgent(2);
      awaitPing("c", "red", "d");
      assertThat(told(wire, "forged for red")).isTrue();
      assertThat(told(inside, "forged for red")).isFalse();
      assertNothingInClear(wire);
    }
  }

  /** Checks what a killed agent has left on the second node. */
  private String stands() {
    return lab.in(
            "node-2",
            """
            bash -c 'echo $(ip -o link show type vxlan | wc -l) tunnels, \
              $(ip -o xfrm policy | wc -l) policies, $(ip -o xfrm state | wc -l) states, \
              $(nft list ruleset | wc -l) lines of rules'
            """)
        .strip();
  }

  @Test
  void nodesThatWereAwayForThreeEpochsComeBack() {
    try (WireTap wire = WireTap.ofWire(lab.guest())) {
      for (int node = 2; node <= NODES; node++) {
        lab.leave(node);
      }
      for (int change = 0; change < 3; change++) {
        long epoch = epoch() + 1;
        lab.rotate("away-" + epoch);
        lab.awaitRest(epoch, PATIENCE);
      }
      long back = System.nanoTime();
      for (int node = 2; node <= NODES; node++) {
        lab.signal(node, "CONT");
      }
      awaitPing("c", "red", "d");
      System.out.printf(
          "%d nodes that were away for three epochs: reached again after %.1f s%n",
          NODES - 1, (System.nanoTime() - back) / 1e9);
      assertNothingInClear(wire);
    }
    awaitRestOfAll();
  }

  private void awaitRestOfAll() {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() ->
            Objects.requireNonNull(lab.keys()).summary().equals(NODES + "/" + NODES)
                && "Idle".equals(Objects.requireNonNull(lab.keys()).phase()));
  }

  private long epoch() {
    return Objects.requireNonNull(Objects.requireNonNull(lab.keys()).epoch());
  }

  private String waitedFor() {
    Mesh mesh = lab.lab().client().resources(Mesh.class).withName(Names.MESH).get();
    return Conditions.find(mesh.getStatus().conditions(), Conditions.KEY_ROTATION_IN_PROGRESS)
        .orElseThrow()
        .getMessage();
  }

  private String address(String pod, String network) {
    return lab.addressOf(pod, network).orElseThrow();
  }

  private void awaitPing(String from, String network, String to) {
    String script =
        "ip netns exec pod-%s busybox ping -c 1 -W 1 %s >/dev/null && echo yes || true"
            .formatted(from, address(to, network));
    Awaitility.await("%s reaches %s".formatted(from, to))
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> lab.guest().run(script).contains("yes"));
  }

  /** Sends echo requests on the encrypted network, whether they are answered or not. */
  private void tryPing(String from, String to) {
    lab.guest()
        .run(
            "ip netns exec pod-%s busybox ping -c 2 -W 1 %s || true"
                .formatted(from, address(to, "red")));
  }

  /** The counters of both nodes' {@code /proc/net/xfrm_stat}, all of which count errors. */
  private String errors() {
    return lab.in("node-1", "cat /proc/net/xfrm_stat")
        + lab.in("node-2", "cat /proc/net/xfrm_stat");
  }

  /** Adds a station on the wire that claims the address of the first node. */
  private void attacker() {
    lab.station("attacker", "10.0.2.66");
    lab.guest()
        .run(
            """
            ip netns exec attacker bash -c 'echo 8 >/proc/sys/net/ipv4/conf/all/arp_ignore'
            ip -n attacker address add %1$s/32 dev eth0
            ip -n attacker neighbour add %2$s dev eth0 nud permanent \
              lladdr "$(ip netns exec node-2 cat /sys/class/net/eth0/address)"
            ip -n attacker route add %2$s/32 dev eth0 src %1$s
            """
                .formatted(MachineLab.address(1), MachineLab.address(2)));
  }

  /** Sends a clear frame in VXLAN to the second node, as if the first had. */
  private void forge(int port, int vni, String words) throws IOException {
    Files.write(lab.guest().share().resolve("forged"), Packets.vxlan(vni, Packets.inner(words)));
    lab.guest()
        .run(
            "ip netns exec attacker bash -c 'cat %s/forged >/dev/udp/%s/%d'"
                .formatted(lab.guest().share(), MachineLab.address(2), port));
  }

  private static List<byte[]> clear(WireTap wire, int port) {
    return wire.frames().stream().filter(frame -> Packets.isUdpTo(frame, port)).toList();
  }

  /** Ignores the attacker's own frames. */
  private static void assertNothingInClear(WireTap wire) {
    assertThat(clear(wire, ENCRYPTED)).allMatch(frame -> Packets.tells(frame, "forged"));
  }

  private static boolean told(WireTap tap, String words) {
    return tap.frames().stream().anyMatch(frame -> Packets.tells(frame, words));
  }

  private static ContainerNetwork overlay(String name, int vni, boolean encrypted) {
    ContainerNetwork network = new ContainerNetwork();
    network.setMetadata(new ObjectMetaBuilder().withName(name).build());
    network.setSpec(
        ContainerNetworkSpecBuilder.builder()
            .driver("overlay")
            .overlay(new OverlayOptions(vni, encrypted))
            .build());
    return network;
  }
}
