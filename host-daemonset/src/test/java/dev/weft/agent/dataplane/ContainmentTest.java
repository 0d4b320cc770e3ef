package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.dataplane.Lab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.BridgeOptions;
import dev.weft.api.Subnet;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.Libc;
import dev.weft.netlink.SocketAddress;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What restricts networks holds while things are in between, on a real kernel. */
class ContainmentTest {
  private static final int VNI = 4242;
  private static final int PORT = 4789;
  private static final String OVERLAY = "wb-000000010000";
  private static final String TUNNEL = "wv-000000010000";
  private static final Subnet SUBNET = TestSpecs.subnet("10.77.0.0/24", "10.77.0.1");
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final int IPPROTO_UDP = 17;

  /** Of linux/udp.h. */
  private static final int UDP_SEGMENT = 103;

  /** Bytes of a frame in a tunnel's datagram. */
  private static final int FRAME = 8 + 60;

  private static final String NODE = "192.0.2.1";
  private static final String PEER = "192.0.2.2";

  private final Lab lab = new Lab();
  private final Box node = lab.box("node");
  private final Box other = lab.box("other");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(other, "w0", node, "uplink");
    node.address("uplink", NODE + "/24");
    other.address("w0", PEER + "/24");
    other.address("w0", "192.0.2.66/24");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private NetworkSpec blue() {
    return TestSpecs.network(
        TestSpecs.overlay(1, VNI, TestSpecs.subnet("10.88.0.0/24")),
        TestSpecs.endpoint(a, "eth0", "10.88.0.2/24"));
  }

  private NodeSpec overlay(String... peers) {
    Set<InetAddress> all =
        java.util.Arrays.stream(peers)
            .map(IpPrefix::parseAddress)
            .collect(java.util.stream.Collectors.toSet());
    return new NodeSpec(
        "node",
        Optional.of(IpPrefix.parseAddress(NODE)),
        Map.of("blue", blue()),
        true,
        Optional.empty(),
        all);
  }

  private void make(NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
  }

  private long received() {
    return node.namespace()
        .call(() -> {
          try {
            return Long.parseLong(
                java.nio.file.Files.readString(java.nio.file.Path.of("/proc/thread-self/net/dev"))
                    .lines()
                    .filter(line -> line.strip().startsWith(TUNNEL + ":"))
                    .findFirst()
                    .orElseThrow()
                    .strip()
                    .split("[: ]+", -1)[2]);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  /** Sends a frame to the tunnel of the node, as any process can that has a UDP socket. */
  private static void inject(Box from, String source, String target) {
    from.namespace()
        .call(() -> {
          try (DatagramChannel socket = DatagramChannel.open()) {
            socket.bind(new InetSocketAddress(IpPrefix.parseAddress(source), 0));
            ByteBuffer frame = ByteBuffer.allocate(FRAME);
            frame.put(0, (byte) 8).putInt(4, VNI << 8);
            frame.put(8, new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 9, 8, 6});
            socket.send(frame, new InetSocketAddress(IpPrefix.parseAddress(target), PORT));
          } catch (IOException refused) {
            // a filter at the sender answers like this
          }
          return "";
        });
  }

  @Test
  void aTunnelTakesFramesOfPeersOnly() {
    make(overlay(PEER));

    inject(other, "192.0.2.66", NODE);
    inject(node, NODE, NODE);
    inject(other, PEER, NODE);

    // what came before the peer's frame has been dealt with by then
    Awaitility.await().until(() -> received() > 0);
    assertThat(received()).isEqualTo(1);
  }

  @Test
  void aPeerThatJoinsIsHeardAndOneThatLeavesIsNot() {
    make(overlay(PEER));
    make(overlay(PEER, "192.0.2.66"));
    inject(other, "192.0.2.66", NODE);
    Awaitility.await().until(() -> received() == 1);

    make(overlay("192.0.2.66"));
    inject(other, PEER, NODE);
    inject(other, "192.0.2.66", NODE);

    Awaitility.await().until(() -> received() > 1);
    assertThat(received()).isEqualTo(2);
  }

  @Test
  void aProcessOfAPeersHostSendsNoFramesInItsName() throws IOException {
    make(overlay(PEER));
    try (DatagramChannel victim = other.namespace().call(() -> open(PEER))) {
      inject(node, NODE, PEER);
      assertThatThrownBy(() -> sendOfAnotherVni(node)).hasStackTraceContaining("not permitted");
      assertThat(victim.receive(ByteBuffer.allocate(100))).isNull();
    }
  }

  @Test
  void aTunnelOfOthersOnTheSamePortGoesOnWhenItComesAndIsForgottenWhenItGoes() throws IOException {
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    make(overlay(PEER));
    String alone = node.ruleset();
    plane.onDrift(drift::add);

    node.netlink().linkAdd(LinkSpec.of("theirs", LinkKind.Vxlan.vni(VNI + 1).port(PORT).build()));

    Awaitility.await().until(() -> !drift.isEmpty());
    plane.reconcile(overlay(PEER), drift.remove().scope());
    try (DatagramChannel victim = other.namespace().call(() -> open(PEER))) {
      inject(node, NODE, PEER);
      sendOfAnotherVni(node);
      Awaitility.await().until(() -> victim.receive(ByteBuffer.allocate(100)) != null);
      assertThat(victim.receive(ByteBuffer.allocate(100))).isNull();
    }
    injectBehindAnother(node, NODE, NODE);
    inject(other, "192.0.2.66", NODE);
    inject(other, PEER, NODE);
    Awaitility.await().until(() -> received() > 0);
    assertThat(received()).isEqualTo(1);

    drift.clear();
    node.delete("theirs");

    Awaitility.await().until(() -> !drift.isEmpty());
    plane.reconcile(overlay(PEER), drift.remove().scope());
    assertThat(node.ruleset()).isEqualTo(alone);
  }

  @Test
  void aTunnelOfOthersThatComesAndGoesForEverIsLookedAtEverMoreRarely() {
    AtomicInteger passes = new AtomicInteger();
    make(overlay(PEER));
    plane.onDrift(event -> passes.incrementAndGet());

    for (int i = 0; i < 30; i++) {
      int link =
          node.netlink()
              .linkAdd(LinkSpec.of("theirs", LinkKind.Vxlan.vni(VNI + 1).port(PORT).build()))
              .index();
      plane.reconcile(overlay(PEER), PassScope.networks(Set.of("blue")));
      node.netlink().linkDelete(link);
      plane.reconcile(overlay(PEER), PassScope.networks(Set.of("blue")));
    }

    assertThat(passes.get()).isLessThan(12);
  }

  /** As the kernel does for a process of the node that sends by another's tunnel. */
  private static void sendOfAnotherVni(Box from) {
    from.namespace()
        .call(() -> {
          try (DatagramChannel socket = DatagramChannel.open()) {
            return socket.send(
                ByteBuffer.allocate(60), new InetSocketAddress(IpPrefix.parseAddress(PEER), PORT));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static DatagramChannel open(String address) {
    try {
      DatagramChannel channel = DatagramChannel.open();
      channel.bind(new InetSocketAddress(IpPrefix.parseAddress(address), PORT));
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Sends three datagrams as one, which the kernel takes apart where it must: a filter on the way
   * may see no more of them than the head of the first.
   */
  private static void injectBehindAnother(Box from, String source, String target) {
    ByteBuffer frames = ByteBuffer.allocate(3 * FRAME);
    for (int i = 0; i < 3; i++) {
      int vni = i == 0 ? VNI + 1 : VNI;
      frames.put(i * FRAME, (byte) 8).putInt(i * FRAME + 4, vni << 8);
      frames.put(i * FRAME + 8, new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 9, 8, 6});
    }
    from.namespace()
        .call(() -> {
          int socket = Libc.check(Libc.socket(AF_INET, SOCK_DGRAM, 0), "open a socket");
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(frames.capacity());
            bytes.copyFrom(MemorySegment.ofArray(frames.array()));
            bind(arena, socket, source);
            Libc.check(Libc.setsockopt(socket, IPPROTO_UDP, UDP_SEGMENT, FRAME), "cut datagrams");
            Libc.check(
                Libc.connect(socket, SocketAddress.of(arena, IpPrefix.parseAddress(target), PORT)),
                "connect");
            // a filter at the sender answers with an error
            var _ = Libc.send(socket, bytes, bytes.byteSize());
          } finally {
            Libc.close(socket);
          }
          return "";
        });
  }

  private static void bind(Arena arena, int socket, String source) {
    Libc.check(
        Libc.bind(socket, SocketAddress.of(arena, IpPrefix.parseAddress(source), 0)), "bind");
  }

  private NodeSpec overlayAndBridge() {
    return new NodeSpec(
        "node",
        Optional.of(IpPrefix.parseAddress(NODE)),
        Map.of(
            "blue",
            blue(),
            "red",
            TestSpecs.network(
                TestSpecs.bridge(2, SUBNET), TestSpecs.endpoint(b, "eth0", "10.77.0.2/24"))),
        true,
        Optional.empty(),
        Set.of(IpPrefix.parseAddress(PEER)));
  }

  @Test
  void noFrameHidesBehindAnotherInADatagramThatIsYetToBeCut() throws IOException {
    make(overlayAndBridge());
    b.route("192.0.2.0/24", "10.77.0.1");
    long before = received();
    try (DatagramChannel victim = other.namespace().call(() -> open(PEER))) {
      injectBehindAnother(node, NODE, PEER);
      injectBehindAnother(b, "10.77.0.2", PEER);
      injectBehindAnother(b, "10.77.0.2", NODE);
      injectBehindAnother(b, "10.77.0.2", "10.77.0.1");
      injectBehindAnother(node, NODE, NODE);
      injectBehindAnother(other, "192.0.2.66", NODE);
      inject(other, PEER, NODE);

      // what came before the peer's frame has been dealt with by then
      Awaitility.await().until(() -> received() > before);
      assertThat(received()).isEqualTo(before + 1);
      assertThat(victim.receive(ByteBuffer.allocate(FRAME))).isNull();
    }
  }

  @Test
  void noFrameHidesBehindAnotherOutOfTheClustersOwnPodsBesideATunnelOfOthers() {
    lab.cable(a, "c0", node, "cni");
    node.address("cni", "10.244.0.1/24");
    a.address("c0", "10.244.0.2/24");
    a.route("192.0.2.0/24", "10.244.0.1");
    node.netlink().linkAdd(LinkSpec.of("theirs", LinkKind.Vxlan.vni(VNI + 1).port(PORT).build()));
    make(overlay(PEER));

    injectBehindAnother(a, "10.244.0.2", NODE);
    injectBehindAnother(a, "10.244.0.2", "10.244.0.1");
    inject(other, PEER, NODE);

    Awaitility.await().until(() -> received() > 0);
    assertThat(received()).isEqualTo(1);
  }

  @Test
  void anOverlayThatIsHeldKeepsItsRules() {
    make(overlay(PEER));
    String before = node.ruleset();

    ReconcileOutcome outcome =
        plane.reconcile(
            new NodeSpec(
                "node",
                Optional.empty(),
                Map.of("blue", blue()),
                true,
                Optional.empty(),
                Set.of(IpPrefix.parseAddress(PEER))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("blue").problems()).isNotEmpty();
    assertThat(before).contains(OVERLAY);
    assertThat(node.ruleset()).isEqualTo(before);
  }

  @Test
  void aBridgeWithTheMarkOfAHeldOverlayAndANameThatIsNoNameKeepsNobodyFromItsRules() {
    make(overlay(PEER));
    node.netlink()
        .linkAdd(
            new LinkSpec(
                "a\"}#",
                new LinkKind.Bridge(),
                LinkSettings.builder().alias("weft.dev/" + blue().uid()).build()));
    NetworkSpec red =
        TestSpecs.network(
            TestSpecs.bridge(2, SUBNET), TestSpecs.endpoint(b, "eth0", "10.77.0.2/24"));

    ReconcileOutcome outcome =
        plane.reconcile(
            new NodeSpec(
                "node",
                Optional.empty(),
                Map.of("blue", blue(), "red", red),
                true,
                Optional.empty(),
                Set.of(IpPrefix.parseAddress(PEER))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("red").problems()).isEmpty();
    assertThat(node.ruleset()).contains("wb-000000020000", OVERLAY);
  }

  @Test
  void endpointsThatAreKeptApartDoNotMeetAtTheGateway() {
    NetworkSpec apart =
        TestSpecs.network(
            TestSpecs.bridge(2, new BridgeOptions(null, true, false, "NAT"), SUBNET),
            TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"),
            TestSpecs.endpoint(b, "eth0", "10.77.0.3/24"));
    make(TestSpecs.of("red", apart));
    a.route("10.77.0.3/32", "10.77.0.1");
    b.route("10.77.0.2/32", "10.77.0.1");

    assertThat(a.reaches(b, "10.77.0.3")).isFalse();
    assertThat(a.reaches(node, "10.77.0.1")).isTrue();
  }

  private static NetworkSpec bridge(int number, String name, Subnet subnet) {
    return TestSpecs.network(
        TestSpecs.bridge(number, new BridgeOptions(name, null, null, null), subnet));
  }

  @Test
  void aBridgeStaysWithTheNetworkThatHasIt() {
    NetworkSpec web = bridge(7, "weft-web", SUBNET);
    make(TestSpecs.of("web", web));
    int index = node.link("weft-web").index();

    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of(
                Map.of("web", web, "aa", bridge(3, "weft-web", TestSpecs.subnet("172.31.9.0/24")))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("web").problems()).isEmpty();
    assertThat(outcome.of("aa").isStalled()).isTrue();
    assertThat(outcome.of("aa").problems().toString()).contains("network web");
    assertThat(node.link("weft-web").index()).isEqualTo(index);
    assertThat(node.link("weft-web").alias()).contains(web.uid());
  }

  @Test
  void aDeviceThatHasTheNameAsAFurtherOneIsNamedAndStaysAsItIs() throws Exception {
    altname("add");
    List<Address> before = node.netlink().addresses();
    NodeSpec web = TestSpecs.of("web", bridge(7, "weft-web", SUBNET));

    String problems = plane.reconcile(web, PassScope.EVERYTHING).of("web").problems().toString();

    assertThat(node.netlink().addresses()).isEqualTo(before);
    assertThat(problems).contains("'uplink'", "altname");
    altname("del");
    make(web);
  }

  private void altname(String verb) throws Exception {
    Process process =
        new ProcessBuilder(
                "nsenter",
                "--net=" + node.file(),
                "ip",
                "link",
                "property",
                verb,
                "dev",
                "uplink",
                "altname",
                "weft-web")
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aBridgeTakesNoNameThatCouldBeDerived() {
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of("aa", bridge(3, "we-0123456789ab", SUBNET)), PassScope.EVERYTHING);

    assertThat(outcome.of("aa").isStalled()).isTrue();
  }

  @Test
  void aNetworkIsGoneOnlyAfterALookAtTheWholeKernel() {
    make(overlay(PEER));
    ReconcileOutcome partial =
        plane.reconcile(overlay(PEER), PassScope.endpoints(Map.of("blue", Set.of("none"))));
    ReconcileOutcome gone =
        plane.reconcile(TestSpecs.from(NODE, Map.of()), PassScope.networks(Set.of("blue")));

    assertThat(partial.isGone(blue().uid())).isFalse();
    assertThat(partial.isGone("another")).isFalse();
    assertThat(gone.isGone(blue().uid())).isTrue();
  }

  @Test
  void aFlushedRulesetIsBackAndReported() {
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    make(overlay(PEER));
    String before = node.ruleset();
    plane.onDrift(drift::add);

    node.nft("flush ruleset");

    Awaitility.await().until(() -> node.ruleset().equals(before));
    Awaitility.await().until(() -> !drift.isEmpty());
    ReconcileOutcome outcome = plane.reconcile(overlay(PEER), drift.remove().scope());
    assertThat(outcome.of("blue").repaired().toString()).contains("packet filter", "removed");
  }

  @Test
  void tablesOfOthersAreTheirBusinessAndOursComesBackWhateverIsChanged() {
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    make(overlay(PEER));
    String ours = node.ruleset();
    plane.onDrift(drift::add);
    node.nft("add table inet theirs; add chain inet theirs c");
    node.nft("delete table inet theirs");
    for (String deed :
        new String[] {
          "insert rule inet weft forward accept",
          "flush chain inet weft input",
          "add element inet weft peers4 { 192.0.2.66 }",
          "add chain inet weft more",
          "delete table inet weft"
        }) {
      node.nft(deed);
      Awaitility.await(deed).until(() -> node.ruleset().equals(ours));
      Awaitility.await(deed).until(() -> !drift.isEmpty());
      drift.clear();
      plane.reconcile(overlay(PEER), PassScope.EVERYTHING);
    }
    assertThat(drift).isEmpty();
  }
}
