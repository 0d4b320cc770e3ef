package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.HostNetworkSpec;
import dev.weft.mesh.Macs;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.LinkSettings;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A node with a network, and a device that another program adds to its bridge. */
abstract class ForeignPorts {
  static final int ALL_FRAMES = 3;
  static final int MARKED = 0x88b5;
  static final Duration STEP = Duration.ofMillis(100);
  static final Duration PATIENCE = Duration.ofSeconds(5);
  static final String BRIDGE = "wb-000000010000";
  static final String TUNNEL = "wv-000000010000";
  static final InetAddress GATEWAY = InetAddress.ofLiteral("10.77.0.1");
  static final MacAddress STRANGER = MacAddress.parse("02:00:00:00:00:66");
  final KernelLab lab = new KernelLab();
  final Box node = lab.box("node");
  final Box victim = lab.box("victim");
  final Box witness = lab.box("witness");
  final Box hostile = lab.box("hostile");
  final DataPlane plane = lab.plane(node);
  final ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(lab.box("other"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  static HostNetworkSpec spec(String driver) {
    return driver.equals("bridge")
        ? TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"))
        : TestSpecs.overlay(1, 4242, TestSpecs.subnet("10.77.0.0/24"));
  }

  NodeSpec nodeSpec(String driver) {
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

  ReconcileOutcome make(NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.of("net").problems()).isEmpty();
    return outcome;
  }

  String hostEnd(Box sandbox) {
    return Network.hostEnd(TestSpecs.uid(1), sandbox.name() + ".eth0");
  }

  /** A cable from the hostile namespace into the network's bridge. */
  void intrude(String nameOnNode) {
    lab.cable(hostile, "x0", node, nameOnNode);
    node.netlink()
        .linkSet(
            node.link(nameOnNode).index(),
            LinkSettings.builder().master(node.link(BRIDGE).index()).build());
  }

  static byte[] frame(MacAddress from, MacAddress to) {
    return ByteBuffer.allocate(60)
        .put(to.bytes())
        .put(from.bytes())
        .putShort((short) MARKED)
        .put(Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  static PacketSocket socket(Box box, String link) {
    return PacketSocket.open(box.namespace(), box.link(link).index(), ALL_FRAMES);
  }

  /** Whether a frame passes before a later one that always passes. */
  static boolean passes(PacketSocket from, byte[] frame, PacketSocket surely, PacketSocket to)
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

  boolean injects() throws InterruptedException {
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

  boolean overhears() throws InterruptedException {
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

  static boolean isMarked(byte[] frame) {
    return ByteBuffer.wrap(frame).getShort(12) == (short) MARKED;
  }

  static NodeSpec meshed(String vtep, Map<String, NetworkSpec> networks) {
    return new NodeSpec(
        "node-" + vtep,
        Optional.of(IpPrefix.parseAddress(vtep)),
        networks,
        true,
        Optional.empty(),
        java.util.Set.of(
            IpPrefix.parseAddress("192.0.2.129"), IpPrefix.parseAddress("192.0.2.130")));
  }

  static void run(String script, Object... values) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", script.formatted(values)).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }

  void healed(String driver) {
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
}
