package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.Lab.Box;
import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.HostNetworkSpec;
import dev.weft.mesh.Macs;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody puts a port of their own into a network's bridge on the node, as a pod with {@code
 * NET_ADMIN} and the node's users can: nothing passes between it and the network.
 */
class ForeignPortTest {
  private static final int ALL_FRAMES = 3;
  private static final int MARKED = 0x88b5;
  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String BRIDGE = "wb-000000010000";
  private static final String TUNNEL = "wv-000000010000";
  private static final InetAddress GATEWAY = InetAddress.ofLiteral("10.77.0.1");
  private static final MacAddress STRANGER = MacAddress.parse("02:00:00:00:00:66");

  private final Lab lab = new Lab();
  private final Box node = lab.box("node");
  private final Box victim = lab.box("victim");
  private final Box witness = lab.box("witness");
  private final Box hostile = lab.box("hostile");
  private final DataPlane plane = lab.plane(node);
  private final ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(lab.box("other"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static HostNetworkSpec spec(String driver) {
    return driver.equals("bridge")
        ? TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"))
        : TestSpecs.overlay(1, 4242, TestSpecs.subnet("10.77.0.0/24"));
  }

  private NodeSpec nodeSpec(String driver) {
    return TestSpecs.from(
        "192.0.2.1",
        Map.of(
            "net",
            TestSpecs.with(
                TestSpecs.network(
                    spec(driver),
                    TestSpecs.endpoint(victim, "eth0", "10.77.0.2/24"),
                    TestSpecs.endpoint(witness, "eth0", "10.77.0.3/24")),
                TestSpecs.remote("10.77.0.9", "192.0.2.2"))));
  }

  private ReconcileOutcome make(NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.of("net").problems()).isEmpty();
    return outcome;
  }

  private String hostEnd(Box sandbox) {
    return Network.hostEnd(TestSpecs.uid(1), sandbox.name() + ".eth0");
  }

  /** A cable from the hostile namespace into the network's bridge. */
  private void intrude(String nameOnNode) {
    lab.cable(hostile, "x0", node, nameOnNode);
    node.netlink()
        .linkSet(
            node.link(nameOnNode).index(),
            LinkSettings.builder().master(node.link(BRIDGE).index()).build());
  }

  @Test
  void aPassOverAnotherNetworkReportsItAsWell() {
    NodeSpec both =
        TestSpecs.from(
            "192.0.2.1",
            Map.of(
                "net",
                TestSpecs.network(spec("bridge")),
                "other",
                TestSpecs.network(
                    TestSpecs.bridge(2, TestSpecs.subnet("10.78.0.0/24", "10.78.0.1")))));
    make(both);
    intrude("evil");

    ReconcileOutcome outcome = plane.reconcile(both, PassScope.network("other"));

    assertThat(outcome.of("net").repaired()).anyMatch(each -> each.contains("'evil'"));
  }

  @Test
  void oneWhoseNameIsNoTextIsHeardOfAndShut() throws Exception {
    NodeSpec alone = nodeSpec("bridge");
    make(alone);
    plane.onDrift(drift::add);
    lab.cable(hostile, "x0", node, "evil");
    int port = node.link("evil").index();
    Process rename =
        new ProcessBuilder(
                "nsenter",
                "--net=" + node.file(),
                "sh",
                "-c",
                "ip link set evil down; ip link set evil name \"$(printf 'w\\377')\"")
            .inheritIO()
            .start();
    assertThat(rename.waitFor()).isZero();

    node.netlink()
        .linkSet(port, LinkSettings.builder().up(true).master(node.link(BRIDGE).index()).build());

    await().atMost(PATIENCE).until(() -> !drift.isEmpty());
    plane.reconcile(alone, drift.remove().scope());
    assertThat(ForeignPort.isShut(node.netlink().link(port).orElseThrow())).isTrue();
  }

  private static byte[] frame(MacAddress from, MacAddress to) {
    return ByteBuffer.allocate(60)
        .put(to.bytes())
        .put(from.bytes())
        .putShort((short) MARKED)
        .put(Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  private static PacketSocket socket(Box box, String link) {
    return PacketSocket.open(box.namespace(), box.link(link).index(), ALL_FRAMES);
  }

  /** Whether a frame comes through, before a later one that surely does. */
  private static boolean passes(
      PacketSocket from, byte[] frame, PacketSocket surely, PacketSocket to)
      throws InterruptedException {
    from.send(frame);
    byte[] last = frame(Macs.of(InetAddress.ofLiteral("10.77.0.3")), MacAddress.BROADCAST);
    surely.send(last);
    boolean seen = false;
    while (true) {
      byte[] next = to.receive(PATIENCE).orElseThrow();
      if (ByteBuffer.wrap(next).equals(ByteBuffer.wrap(last))) {
        return seen;
      }
      seen |= ByteBuffer.wrap(next).equals(ByteBuffer.wrap(frame));
    }
  }

  private boolean injects() throws InterruptedException {
    try (PacketSocket from = socket(hostile, "x0");
        PacketSocket surely = socket(witness, "eth0");
        PacketSocket to = socket(victim, "eth0")) {
      boolean seen = false;
      for (int i = 0; i < 3; i++) {
        seen |= passes(from, frame(STRANGER, MacAddress.BROADCAST), surely, to);
        seen |=
            passes(from, frame(STRANGER, Macs.of(InetAddress.ofLiteral("10.77.0.2"))), surely, to);
      }
      return seen;
    }
  }

  private boolean overhears() throws InterruptedException {
    try (PacketSocket from = socket(victim, "eth0");
        PacketSocket surely = socket(witness, "eth0");
        PacketSocket to = socket(hostile, "x0")) {
      byte[] frame = frame(Macs.of(InetAddress.ofLiteral("10.77.0.2")), MacAddress.BROADCAST);
      from.send(frame);
      try (PacketSocket heard = socket(witness, "eth0")) {
        byte[] again = frame(Macs.of(InetAddress.ofLiteral("10.77.0.2")), MacAddress.BROADCAST);
        from.send(again);
        while (!ByteBuffer.wrap(heard.receive(PATIENCE).orElseThrow())
            .equals(ByteBuffer.wrap(again))) {
          // another
        }
      }
      surely.send(frame(Macs.of(InetAddress.ofLiteral("10.77.0.3")), MacAddress.BROADCAST));
      Optional<byte[]> next = to.receive(STEP);
      while (next.isPresent() && !isMarked(next.get())) {
        next = to.receive(STEP);
      }
      return next.isPresent();
    }
  }

  private static boolean isMarked(byte[] frame) {
    return ByteBuffer.wrap(frame).getShort(12) == (short) MARKED;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void noFramePassesBetweenItAndTheSandboxes(String driver) throws Exception {
    make(nodeSpec(driver));

    intrude("evil");

    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  @Test
  void theNodeDoesNotSpeakWithIt() {
    make(nodeSpec("bridge"));

    intrude("evil");

    hostile.address("x0", "10.77.0.66/24");
    assertThat(hostile.reaches(node, "10.77.0.1")).isFalse();
    assertThat(witness.reaches(node, "10.77.0.1")).isTrue();
  }

  @Test
  void aTunnelsFramesComeInAndGoOut() {
    Box far = lab.box("far");
    Box pod = lab.box("pod");
    DataPlane other = lab.plane(far);
    lab.cable(far, "u0", node, "u1");
    far.address("u0", "192.0.2.130/25");
    node.address("u1", "192.0.2.129/25");
    Map<String, NetworkSpec> here =
        Map.of(
            "net",
            TestSpecs.with(
                TestSpecs.network(
                    spec("overlay"), TestSpecs.endpoint(victim, "eth0", "10.77.0.2/24")),
                TestSpecs.remote("10.77.0.9", "192.0.2.130")));
    Map<String, NetworkSpec> there =
        Map.of(
            "net",
            TestSpecs.with(
                TestSpecs.network(spec("overlay"), TestSpecs.endpoint(pod, "eth0", "10.77.0.9/24")),
                TestSpecs.remote("10.77.0.2", "192.0.2.129")));
    make(meshed("192.0.2.129", here));
    assertThat(other.reconcile(meshed("192.0.2.130", there), PassScope.EVERYTHING).of("net"))
        .satisfies(outcome -> assertThat(outcome.problems()).isEmpty());

    assertThat(pod.reaches(victim, "10.77.0.2")).isTrue();
    assertThat(victim.reaches(pod, "10.77.0.9")).isTrue();
  }

  private static NodeSpec meshed(String vtep, Map<String, NetworkSpec> networks) {
    return new NodeSpec(
        "node-" + vtep,
        Optional.of(IpPrefix.parseAddress(vtep)),
        networks,
        true,
        Optional.empty(),
        java.util.Set.of(
            IpPrefix.parseAddress("192.0.2.129"), IpPrefix.parseAddress("192.0.2.130")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void isReportedOnceByItsNameAndStays(String driver) {
    make(nodeSpec(driver));
    plane.onDrift(drift::add);

    intrude("evil");

    await().until(() -> !drift.isEmpty());
    assertThat(drift).allSatisfy(event -> assertThat(event.what()).contains("evil", BRIDGE));
    ReconcileOutcome outcome = make(nodeSpec(driver));
    assertThat(outcome.of("net").repaired())
        .singleElement()
        .satisfies(line -> assertThat(line).contains("evil", BRIDGE));
    Link evil = node.link("evil");
    assertThat(evil.master()).isEqualTo(node.link(BRIDGE).index());
    assertThat(evil.isUp()).isTrue();
    drift.clear();
    assertThat(make(nodeSpec(driver)).of("net").repaired()).isEmpty();
    node.down(BRIDGE); // a deed after all echoes
    await().until(() -> !drift.isEmpty());
    assertThat(drift).noneMatch(event -> event.what().contains("evil"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void takesNoSandboxsTraffic(String driver) throws Exception {
    make(nodeSpec(driver));
    intrude("evil");
    MacAddress mac = Macs.of(InetAddress.ofLiteral("10.77.0.2"));
    try (PacketSocket from = socket(hostile, "x0")) {
      from.send(frame(mac, MacAddress.BROADCAST));
      from.send(LanFrames.announcement(mac, GATEWAY));
      make(nodeSpec(driver));
      for (int i = 0; i < 3; i++) {
        from.send(frame(mac, MacAddress.BROADCAST));
        from.send(frame(mac, MacAddress.parse("01:80:c2:00:00:0e")));
        assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
      }
    }
  }

  @Test
  void manyOfThemCauseFewPasses() {
    make(nodeSpec("bridge"));
    plane.onDrift(event -> {
      drift.add(event);
      Thread.startVirtualThread(() -> {
        ReconcileOutcome _ = plane.reconcile(nodeSpec("bridge"), event.scope());
      });
    });

    for (int i = 0; i < 200; i++) {
      node.netlink()
          .linkAdd(
              new LinkSpec(
                  "evil" + i,
                  new LinkKind.Veth("x" + i),
                  LinkSettings.builder().master(node.link(BRIDGE).index()).build()));
    }

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() ->
            node.netlink().links().stream()
                .filter(link -> link.name().startsWith("evil"))
                .allMatch(ForeignPort::isShut));
    assertThat(drift).hasSizeBetween(1, 10);
  }

  @Test
  void underTheNameOfAnotherNetworksPortItIsForeignToo() throws Exception {
    LocalEndpoint own = TestSpecs.endpoint(lab.box("own"), "eth0", "10.88.0.2/24");
    NetworkSpec other =
        TestSpecs.network(TestSpecs.bridge(2, TestSpecs.subnet("10.88.0.0/24", "10.88.0.1")), own);
    NodeSpec nodeSpec =
        TestSpecs.from(
            "192.0.2.1", Map.of("net", TestSpecs.pick(nodeSpec("bridge"), "net"), "other", other));
    make(nodeSpec);
    String name = Network.hostEnd(TestSpecs.uid(2), own.id());

    node.delete(name);
    intrude(name);

    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
  }

  @Test
  void underTheNameOfASandboxsPortItIsNamedAndHealsWhenItGoes() throws Exception {
    make(nodeSpec("bridge"));
    plane.onDrift(drift::add);
    String name = hostEnd(victim);
    node.delete(name);
    intrude(name);

    ReconcileOutcome outcome = plane.reconcile(nodeSpec("bridge"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.endpoint()).isEqualTo(victim.name() + ".eth0");
          assertThat(problem.toString()).contains(name, "mark", "remove");
        });
    try (PacketSocket from = socket(hostile, "x0");
        PacketSocket surely = socket(witness, "eth0");
        PacketSocket to = socket(witness, "eth0")) {
      assertThat(
              passes(
                  from,
                  frame(Macs.of(InetAddress.ofLiteral("10.77.0.2")), MacAddress.BROADCAST),
                  surely,
                  to))
          .isFalse();
    }

    hostile.delete("x0");

    healed("bridge");
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  @Test
  void underTheNameOfATunnelItIsNamedAndHealsWhenItGoes() throws Exception {
    make(nodeSpec("overlay"));
    plane.onDrift(drift::add);
    node.delete(TUNNEL);
    intrude(TUNNEL);

    ReconcileOutcome outcome = plane.reconcile(nodeSpec("overlay"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString()).contains(TUNNEL, "mark", "remove");
        });
    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();

    hostile.delete("x0");

    healed("overlay");
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  @Test
  void underTheNameOfABridgeItIsNamedAndHealsWhenItGoes() {
    make(nodeSpec("bridge"));
    plane.onDrift(drift::add);
    node.delete(BRIDGE);
    node.netlink().linkAdd(LinkSpec.of(BRIDGE, new LinkKind.Veth("evil")));

    ReconcileOutcome outcome = plane.reconcile(nodeSpec("bridge"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .anySatisfy(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.endpoint()).isEmpty();
          assertThat(problem.toString()).contains(BRIDGE, "veth", "mark", "remove");
        });

    node.delete("evil");

    healed("bridge");
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  /** Whoever can make a device on the node can give it any name and mark. */
  @Test
  void aTunnelOfAnotherNamespaceWithTheNameAndMarkOfOursIsNotTakenOver() throws Exception {
    make(nodeSpec("overlay"));
    String mark = node.link(TUNNEL).alias();
    node.delete(TUNNEL);
    run(
        "ip -n %1$s link add %2$s type vxlan id 4242 dstport 4789 local 192.0.2.1"
            + " && ip -n %1$s link set %2$s netns %3$s"
            + " && ip -n %3$s link set %2$s alias %4$s master %5$s",
        hostile.name(), TUNNEL, node.name(), mark, BRIDGE);
    assertThat(node.link(TUNNEL).parentNamespace()).isNotNegative();

    make(nodeSpec("overlay"));

    assertThat(node.link(TUNNEL).parentNamespace()).isNegative();
    assertThat(lab.plane(node).plan(nodeSpec("overlay"))).isEmpty();
  }

  @Test
  void withTheMarkOfAHeldNetworkItIsForeignToo() throws Exception {
    make(nodeSpec("overlay"));
    node.delete(TUNNEL);
    node.netlink().linkAdd(LinkSpec.of(TUNNEL, new LinkKind.Veth("away")));
    intrude("evil");
    node.netlink()
        .linkSet(
            node.link("evil").index(),
            LinkSettings.builder().alias(node.link(hostEnd(victim)).alias()).build());
    node.nft("flush ruleset");

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec("overlay"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems()).isNotEmpty();
    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
  }

  /** Else frames of other bridges to that address would be dropped. */
  @Test
  void aBridgeWithTheMarkOfAHeldNetworkBringsNoMacAddressOfItsOwn() {
    make(nodeSpec("overlay"));
    node.delete(TUNNEL);
    node.netlink().linkAdd(LinkSpec.of(TUNNEL, new LinkKind.Veth("away")));
    node.netlink()
        .linkAdd(
            new LinkSpec(
                "bridge0",
                new LinkKind.Bridge(),
                LinkSettings.builder().alias(node.link(BRIDGE).alias()).address(STRANGER).build()));

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec("overlay"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems()).isNotEmpty();
    assertThat(node.ruleset())
        .contains(String.valueOf(node.link(BRIDGE).address()))
        .doesNotContain(STRANGER.toString());
  }

  private static void run(String script, Object... values) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", script.formatted(values)).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  private void healed(String driver) {
    await()
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            if (plane.reconcile(nodeSpec(driver), event.scope()).of("net").problems().isEmpty()) {
              return plane.plan(nodeSpec(driver)).isEmpty();
            }
          }
          return false;
        });
  }

  /** As after an upgrade, or a flush while no agent ran. */
  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void withAGuardMadeAnewWhatIsHeldGoesOn(String driver) throws Exception {
    make(nodeSpec(driver));
    node.nft("flush ruleset");
    NodeSpec nodeSpec = nodeSpec(driver);
    LocalEndpoint held = TestSpecs.endpoint(witness, "eth0", "10.77.0.3/24");
    LocalEndpoint unreadable =
        new LocalEndpoint(
            held.id(),
            Path.of("/run/netns/gone-" + held.id()),
            "eth0",
            held.mac(),
            held.addresses(),
            true);
    TestSpecs.pick(nodeSpec, "net").local().put(held.id(), unreadable);

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec, PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.endpoint()).isEqualTo(held.id()));
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
    intrude("evil");
    assertThat(injects()).isFalse();
  }

  /** The same of a network that cannot be made. */
  @Test
  void withAGuardMadeAnewAHeldNetworkIsGuarded() throws Exception {
    make(nodeSpec("overlay"));
    node.nft("flush ruleset");
    NodeSpec nodeSpec =
        new NodeSpec(
            nodeSpec("overlay").node(),
            Optional.empty(),
            nodeSpec("overlay").networks(),
            true,
            Optional.empty());

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec, PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems()).isNotEmpty();
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
    assertThat(node.ruleset()).contains(hostEnd(victim), TUNNEL);
    intrude("evil");
    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
  }
}
