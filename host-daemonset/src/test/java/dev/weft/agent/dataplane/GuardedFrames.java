package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.HostNetworkSpec;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Frames that a pod sends to a network whose source guard judges them. */
abstract class GuardedFrames {
  static final int ALL_FRAMES = 3;
  static final int MARKED = 0x88b5;
  static final Duration PATIENCE = Duration.ofSeconds(5);
  static final Duration STEP = Duration.ofMillis(100);
  static final InetAddress GATEWAY = InetAddress.ofLiteral("10.77.0.1");
  static final InetAddress VICTIM = InetAddress.ofLiteral("10.77.0.2");
  static final InetAddress OWN = InetAddress.ofLiteral("10.77.0.3");
  static final InetAddress FREE = InetAddress.ofLiteral("10.77.0.99");
  static final InetAddress VICTIM6 = InetAddress.ofLiteral("fd77::2");
  static final InetAddress OWN6 = InetAddress.ofLiteral("fd77::3");
  static final InetAddress FREE6 = InetAddress.ofLiteral("fd77::99");
  static final InetAddress REMOTE = InetAddress.ofLiteral("10.77.0.9");
  static final MacAddress REMOTE_MAC = MacAddress.parse("02:42:0a:4d:00:09");
  static final MacAddress VRRP = MacAddress.parse("00:00:5e:00:01:07");
  final KernelLab lab = new KernelLab();
  final Box node = lab.box("node");
  final Box victim = lab.box("victim");
  final Box hostile = lab.box("hostile");
  final Box witness = lab.box("witness");
  final DataPlane plane = lab.plane(node);
  final List<PacketSocket> sockets = new ArrayList<>();

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(lab.box("other"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
  }

  @AfterEach
  void nothingStays() {
    sockets.forEach(PacketSocket::close);
    lab.close();
  }

  NodeSpec bridge() {
    return nodeSpec(
        TestSpecs.bridge(
            1,
            TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"),
            TestSpecs.subnet("fd77::/64", "fd77::1")));
  }

  NodeSpec overlay() {
    return nodeSpec(
        TestSpecs.overlay(
            1, 4242, TestSpecs.subnet("10.77.0.0/24"), TestSpecs.subnet("fd77::/64")));
  }

  NodeSpec nodeSpec(HostNetworkSpec spec) {
    NetworkSpec network =
        TestSpecs.network(
            spec,
            endpoint(victim, "eth0", VICTIM, VICTIM6),
            endpoint(hostile, "eth0", OWN, OWN6),
            endpoint(
                hostile,
                "eth1",
                InetAddress.ofLiteral("10.77.0.5"),
                InetAddress.ofLiteral("fd77::5")),
            endpoint(
                witness,
                "eth0",
                InetAddress.ofLiteral("10.77.0.4"),
                InetAddress.ofLiteral("fd77::4")));
    return TestSpecs.from(
        "192.0.2.1",
        Map.of(
            "net",
            TestSpecs.with(
                network,
                new RemoteEndpoint(REMOTE, REMOTE_MAC, InetAddress.ofLiteral("192.0.2.2")))));
  }

  static LocalEndpoint endpoint(Box box, String name, InetAddress ip4, InetAddress ip6) {
    return new LocalEndpoint(
        box.name() + "." + name,
        box.file(),
        name,
        Macs.of(ip4),
        List.of(new IpPrefix(ip4, 24), new IpPrefix(ip6, 64)),
        false);
  }

  void make(NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
  }

  PacketSocket socket(Box box) {
    PacketSocket socket = PacketSocket.open(box.namespace(), box.link("eth0").index(), ALL_FRAMES);
    sockets.add(socket);
    return socket;
  }

  /** Whether the witness receives a frame that the hostile sandbox sends. */
  boolean passes(byte[] frame) throws InterruptedException {
    PacketSocket sender = socket(hostile);
    PacketSocket receiver = socket(witness);
    Awaitility.await("frames pass at all")
        .until(() -> {
          byte[] first = marker();
          sender.send(first);
          Optional<byte[]> next = receiver.receive(STEP);
          while (next.isPresent() && !starts(next.get(), first)) {
            next = receiver.receive(STEP);
          }
          return next.isPresent();
        });
    byte[] last = marker();
    sender.send(frame);
    sender.send(last);
    boolean seen = false;
    while (true) {
      byte[] next = receiver.receive(PATIENCE).orElseThrow();
      if (starts(next, last)) {
        return seen;
      }
      seen |= starts(next, untagged(frame));
    }
  }

  static byte[] marker() {
    return ethernet(
        Macs.of(OWN), MARKED, Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII));
  }

  /** Removes padding. */
  static boolean starts(byte[] frame, byte[] wanted) {
    return ByteBuffer.wrap(frame, 0, Math.min(frame.length, wanted.length))
        .equals(ByteBuffer.wrap(wanted, 0, Math.min(frame.length, wanted.length)));
  }

  /** Removes the tag, because the kernel delivers tags outside of the frame. */
  static byte[] untagged(byte[] frame) {
    return frame[12] == (byte) 0x81
        ? ByteBuffer.allocate(frame.length - 4)
            .put(frame, 0, 12)
            .put(frame, 16, frame.length - 16)
            .array()
        : frame;
  }

  static byte[] ethernet(MacAddress from, int type, byte... payload) {
    return ByteBuffer.allocate(Math.max(60, 14 + payload.length))
        .put(MacAddress.BROADCAST.bytes())
        .put(from.bytes())
        .putShort((short) type)
        .put(payload)
        .array();
  }

  /** An empty packet with a checksum, because the bridge checks it. */
  static byte[] ipv4(MacAddress mac, InetAddress from) {
    ByteBuffer packet =
        ByteBuffer.allocate(20)
            .putInt(0x45000014)
            .putInt(0)
            .putInt(0x40fd0000)
            .put(from.getAddress())
            .put(new byte[] {10, 77, 0, -1});
    int sum = 0;
    for (int at = 0; at < 20; at += 2) {
      sum += packet.getShort(at) & 0xffff;
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return ethernet(mac, 0x0800, packet.putShort(10, (short) ~sum).array());
  }

  static byte[] ipv6(MacAddress mac, InetAddress from, int next, byte... rest) {
    return ethernet(
        mac,
        0x86dd,
        ByteBuffer.allocate(40 + rest.length)
            .putInt(0x60000000)
            .putShort((short) rest.length)
            .put((byte) next)
            .put((byte) 255)
            .put(from.getAddress())
            .put(InetAddress.ofLiteral("ff02::1").getAddress())
            .put(rest)
            .array());
  }

  /** An advertisement behind a hop-by-hop header with only padding. */
  static byte[] hidden(InetAddress target) {
    byte[] frame = advertisement(OWN6, target);
    byte[] rest = new byte[8 + 32];
    rest[0] = 58;
    rest[2] = 1;
    rest[3] = 4;
    System.arraycopy(frame, 54, rest, 8, 32);
    return ipv6(Macs.of(OWN), OWN6, 0, rest);
  }

  static byte[] advertisement(InetAddress from, InetAddress target) {
    byte[] frame = LanFrames.announcement(Macs.of(OWN), target);
    System.arraycopy(from.getAddress(), 0, frame, 22, 16);
    return frame;
  }

  /** The frame with this many tags of number 0, which a receiver strips. */
  static byte[] tagged(byte[] frame, int tags) {
    ByteBuffer all = ByteBuffer.allocate(frame.length + 4 * tags).put(frame, 0, 12);
    for (int i = 0; i < tags; i++) {
      all.putInt(0x81000000);
    }
    return all.put(frame, 12, frame.length - 12).array();
  }

  static byte[] with(byte[] frame, int at, int value) {
    byte[] other = frame.clone();
    other[at] = (byte) value;
    return other;
  }

  @SuppressWarnings("ArrayRecordComponent") // sent, never compared
  record Frame(String name, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Frame> forged() {
    MacAddress own = Macs.of(OWN);
    return Stream.of(
        new Frame("a victim's MAC address", ethernet(Macs.of(VICTIM), MARKED, (byte) 1)),
        new Frame("ARP for a victim's address", LanFrames.announcement(own, VICTIM)),
        new Frame(
            "ARP for a victim's address, as of another kind of network",
            with(LanFrames.announcement(own, VICTIM), 15, 6)),
        new Frame(
            "tagged ARP for a victim's address", tagged(LanFrames.announcement(own, VICTIM), 1)),
        new Frame("twice tagged ARP", tagged(LanFrames.announcement(own, VICTIM), 2)),
        new Frame("a victim's IPv4 address", ipv4(own, VICTIM)),
        new Frame("a victim's IPv4 address, tagged", tagged(ipv4(own, VICTIM), 1)),
        new Frame("a victim's IPv6 address", ipv6(own, VICTIM6, 59)),
        new Frame(
            "an advertisement of a victim's address by it", LanFrames.announcement(own, VICTIM6)),
        new Frame("an advertisement of a victim's address", advertisement(OWN6, VICTIM6)),
        new Frame("a tagged advertisement", tagged(advertisement(OWN6, VICTIM6), 1)),
        new Frame("a hidden advertisement", hidden(VICTIM6)));
  }

  static Stream<Frame> ownOrNobodys() {
    MacAddress own = Macs.of(OWN);
    InetAddress second = InetAddress.ofLiteral("10.77.0.5");
    return Stream.of(
        new Frame("ARP for its own address", LanFrames.announcement(own, OWN)),
        new Frame("ARP for its other interface's address", LanFrames.announcement(own, second)),
        new Frame("the other interface's MAC address", ethernet(Macs.of(second), MARKED, (byte) 2)),
        new Frame("ARP for an address of nobody", LanFrames.announcement(own, FREE)),
        new Frame("ARP from a MAC address of nobody", LanFrames.announcement(VRRP, FREE)),
        new Frame("an ARP probe for an address of a victim", LanFrames.question(own, VICTIM)),
        new Frame("its own IPv4 address", ipv4(own, OWN)),
        new Frame("an IPv4 address of nobody", ipv4(VRRP, FREE)),
        new Frame("its own IPv6 address", ipv6(own, OWN6, 59)),
        new Frame("a link-local address", ipv6(own, InetAddress.ofLiteral("fe80::7"), 59)),
        new Frame("an advertisement of its own address", LanFrames.announcement(own, OWN6)),
        new Frame("an advertisement of an address of nobody", LanFrames.announcement(VRRP, FREE6)),
        new Frame("a tagged frame of its own", tagged(LanFrames.announcement(own, OWN), 1)));
  }

  static String hostEnd(Box sandbox) {
    return Network.hostEnd(TestSpecs.uid(1), sandbox.name() + ".eth0");
  }
}
