package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.BridgeOptions;
import dev.weft.api.Subnet;
import dev.weft.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Nodes that carry an overlay and a bridge network. */
abstract class Containment {
  static final int VNI = 4242;
  static final int PORT = 4789;
  static final String OVERLAY = "wb-000000010000";
  static final String TUNNEL = "wv-000000010000";
  static final Subnet SUBNET = TestSpecs.subnet("10.77.0.0/24", "10.77.0.1");
  static final int AF_INET = 2;
  static final int SOCK_DGRAM = 2;
  static final int IPPROTO_UDP = 17;

  /** Of linux/udp.h. */
  static final int UDP_SEGMENT = 103;

  /** Size of a frame in a tunnel's datagram. */
  static final int FRAME = 8 + 60;

  static final String NODE = "192.0.2.1";
  static final String PEER = "192.0.2.2";
  final KernelLab lab = new KernelLab();
  final Box node = lab.box("node");
  final Box other = lab.box("other");
  final Box a = lab.box("a");
  final Box b = lab.box("b");
  final DataPlane plane = lab.plane(node);

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

  NetworkSpec blue() {
    return TestSpecs.network(
        TestSpecs.overlay(1, VNI, TestSpecs.subnet("10.88.0.0/24")),
        TestSpecs.endpoint(a, "eth0", "10.88.0.2/24"));
  }

  NodeSpec overlay(String... peers) {
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

  void make(NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
  }

  long received() {
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

  /** Sends a frame to the node's tunnel, as any process with a UDP socket can. */
  static void inject(Box from, String source, String target) {
    from.namespace()
        .call(() -> {
          try (DatagramChannel socket = DatagramChannel.open()) {
            socket.bind(new InetSocketAddress(IpPrefix.parseAddress(source), 0));
            ByteBuffer frame = ByteBuffer.allocate(FRAME);
            frame.put(0, (byte) 8).putInt(4, VNI << 8);
            frame.put(8, new byte[] {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 9, 8, 6});
            socket.send(frame, new InetSocketAddress(IpPrefix.parseAddress(target), PORT));
          } catch (IOException refused) {
            // a filter at the sender reports this error
          }
          return "";
        });
  }

  static DatagramChannel open(String address) {
    try {
      DatagramChannel channel = DatagramChannel.open();
      channel.bind(new InetSocketAddress(IpPrefix.parseAddress(address), PORT));
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  NodeSpec overlayAndBridge() {
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

  static NetworkSpec bridge(int number, String name, Subnet subnet) {
    return TestSpecs.network(
        TestSpecs.bridge(number, new BridgeOptions(name, null, null, null), subnet));
  }

  void altname(String verb) throws Exception {
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
}
