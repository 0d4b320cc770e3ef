package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A masqueraded network passes no segment without a connection, in either direction. */
class StraySegmentTest {
  private static final int IPV4 = 0x0800;
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int PUSH = 8;
  private static final int ACK = 16;
  private static final String WORLD = "203.0.113.1";
  private static final String NODE = "203.0.113.2";
  private static final String POD = "10.77.0.2";

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box world = lab.box("world");
  private final Box a = lab.box("a");
  private final DataPlane plane = lab.plane(node);

  @BeforeEach
  void aPodIsBehindTheNodesAddress() {
    lab.cable(world, "w0", node, "uplink");
    world.address("w0", WORLD + "/24");
    node.address("uplink", NODE + "/24");
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of(
                "blue",
                TestSpecs.network(
                    TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")),
                    TestSpecs.endpoint(a, "eth0", POD + "/24"))),
            PassScope.EVERYTHING);
    assertThat(outcome.of("blue").problems()).isEmpty();
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  /** A TCP segment in its frame. */
  private record Segment(
      InetAddress from,
      InetAddress to,
      int fromPort,
      int toPort,
      int sequence,
      int ack,
      int flags) {
    static Segment of(byte[] frame) {
      ByteBuffer at = ByteBuffer.wrap(frame);
      byte[] from = new byte[4];
      byte[] to = new byte[4];
      at.get(26, from).get(30, to);
      try {
        return new Segment(
            InetAddress.getByAddress(from),
            InetAddress.getByAddress(to),
            at.getShort(34) & 0xffff,
            at.getShort(36) & 0xffff,
            at.getInt(38),
            at.getInt(42),
            frame[47]);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    static boolean isTcp(byte[] frame) {
      return frame.length >= 54 && frame[23] == 6;
    }

    boolean is(int flag) {
      return (flags & flag) != 0;
    }

    byte[] frame(MacAddress source, MacAddress target) {
      ByteBuffer frame =
          ByteBuffer.allocate(54)
              .put(target.bytes())
              .put(source.bytes())
              .putShort((short) IPV4)
              .put(new byte[] {0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0})
              .put(from.getAddress())
              .put(to.getAddress())
              .putShort((short) fromPort)
              .putShort((short) toPort)
              .putInt(sequence)
              .putInt(ack)
              .put((byte) 0x50)
              .put((byte) flags)
              .putShort((short) 0x7210)
              .putInt(0);
      frame.putShort(24, (short) ~sum(frame, 14, 34, 0));
      frame.putShort(50, (short) ~sum(frame, 26, 54, 6 + 20));
      return frame.array();
    }

    private static int sum(ByteBuffer frame, int from, int to, int start) {
      int sum = start;
      for (int at = from; at < to; at += 2) {
        sum += frame.getShort(at) & 0xffff;
      }
      while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
      }
      return sum;
    }
  }

  private static void send(Box box, String device, MacAddress target, Segment segment) {
    try (PacketSocket socket = PacketSocket.open(box.namespace(), box.link(device).index(), IPV4)) {
      socket.send(segment.frame(box.link(device).address(), target));
    }
  }

  /** The segments that arrive, up to the expected last one. */
  private static List<Segment> until(PacketSocket socket, Predicate<Segment> last)
      throws InterruptedException {
    List<Segment> seen = new ArrayList<>();
    while (seen.isEmpty() || !last.test(seen.getLast())) {
      byte[] frame =
          socket
              .receive(Duration.ofSeconds(10))
              .orElseThrow(() -> new AssertionError("it never came; after " + seen));
      if (Segment.isTcp(frame)) {
        seen.add(Segment.of(frame));
      }
    }
    return seen;
  }

  @Test
  void itDoesNotLeaveWithThePodsOwnAddress() throws InterruptedException {
    try (PacketSocket wire = PacketSocket.open(world.namespace(), world.link("w0").index(), IPV4)) {
      // resolves the gateway, too
      assertThat(a.reaches(world, WORLD)).isTrue();
      send(
          a,
          "eth0",
          node.link("wb-000000010000").address(),
          new Segment(
              IpPrefix.parseAddress(POD),
              IpPrefix.parseAddress(WORLD),
              40000,
              7,
              1,
              0,
              SYN | FIN | RST));
      until(wire, segment -> segment.is(FIN) && segment.from().getHostAddress().equals(NODE));
      assertThat(a.reaches(world, WORLD)).isTrue();
      assertThat(until(wire, segment -> segment.is(SYN)))
          .noneMatch(segment -> segment.from().getHostAddress().equals(POD));
    }
  }

  @Test
  void itResetsNoConnection() throws IOException, InterruptedException {
    try (PacketSocket wire = PacketSocket.open(world.namespace(), world.link("w0").index(), IPV4);
        ServerSocket server = world.namespace().call(StraySegmentTest::server);
        Socket client = a.namespace().call(() -> connect(server.getLocalPort()));
        Socket accepted = server.accept()) {
      client.getOutputStream().write(1);
      assertThat(accepted.getInputStream().read()).isEqualTo(1);
      Segment last =
          until(wire, each -> each.is(PUSH) && each.toPort() == server.getLocalPort()).getLast();
      Segment stray =
          new Segment(
              last.to(),
              last.from(),
              last.toPort(),
              last.fromPort(),
              last.ack() + 0x40000000,
              last.sequence() + 1,
              ACK);

      send(world, "w0", node.link("uplink").address(), stray);

      client.getOutputStream().write(2);
      assertThat(until(wire, each -> each.is(PUSH))).noneMatch(each -> each.is(RST));
      assertThat(accepted.getInputStream().read()).isEqualTo(2);
    }
  }

  private static ServerSocket server() {
    try {
      return new ServerSocket(0, 1, IpPrefix.parseAddress(WORLD));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Socket connect(int port) {
    try {
      Socket socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(IpPrefix.parseAddress(WORLD), port), 10_000);
      return socket;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
