package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.Libc;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.SocketAddress;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clear tunnel accepts only frames of its peers. */
class TunnelGuardTest extends Containment {
  @Test
  void aTunnelTakesFramesOfPeersOnly() {
    make(overlay(PEER));

    inject(other, "192.0.2.66", NODE);
    inject(node, NODE, NODE);
    inject(other, PEER, NODE);

    // earlier frames than the peer's have been handled by then
    Awaitility.await().until(() -> received() > 0);
    assertThat(received()).isEqualTo(1);
  }

  @Test
  void noPodOfABridgeSendsInThePlaceOfAPeer() {
    make(overlayAndBridge());
    b.address("eth0", PEER + "/32");
    b.route("192.0.2.0/24", "10.77.0.1");
    long before = received();

    inject(b, PEER, NODE);
    inject(b, PEER, "10.77.0.1");
    inject(other, PEER, NODE);

    Awaitility.await().until(() -> received() > before);
    assertThat(received()).isEqualTo(before + 1);
  }

  @Test
  void framesOfANewPeerAreAcceptedAndOfALeavingPeerAreNot() {
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
  void aPeerIsHeardAsSoonAsAnEndpointLeadsToIt() {
    make(overlay(PEER));
    NodeSpec more =
        new NodeSpec(
            "node",
            Optional.of(IpPrefix.parseAddress(NODE)),
            Map.of("blue", TestSpecs.with(blue(), TestSpecs.remote("10.88.0.3", "192.0.2.66"))),
            true,
            Optional.empty(),
            Set.of(IpPrefix.parseAddress(PEER)));

    plane.reconcile(more, PassScope.endpoints(Map.of("blue", Set.of("net.10.88.0.3"))));
    inject(other, "192.0.2.66", NODE);

    Awaitility.await().until(() -> received() == 1);
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
  void aForeignTunnelOnTheSamePortKeepsWorkingAndIsForgottenWhenItGoes() throws IOException {
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

  /** Sends as the kernel does for a process that uses a foreign tunnel. */
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

  /**
   * Sends three datagrams as one, which the kernel splits as late as possible. A filter on the path
   * may see only the header of the first one.
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
            // a filter at the sender causes an error
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

      // earlier frames than the peer's have been handled by then
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
  void noPodOfTheClusterSendsInThePlaceOfAPeer() throws IOException {
    lab.cable(a, "c0", node, "cni");
    node.address("cni", "10.244.0.1/24");
    node.set("net/ipv4/ip_forward", "1");
    MacAddress gateway = mac(node, "cni");
    make(overlay(PEER, "192.0.2.67"));

    try (DatagramChannel victim = other.namespace().call(() -> open(PEER))) {
      send(a, "c0", gateway, PEER, NODE);
      send(a, "c0", gateway, "192.0.2.67", PEER);
      inject(other, PEER, NODE);

      Awaitility.await().until(() -> received() > 0);
      assertThat(received()).isEqualTo(1);
      assertThat(victim.receive(ByteBuffer.allocate(FRAME))).isNull();
    }
  }

  /** A bridge delivers these frames to the node before any of its rules. */
  @ParameterizedTest
  @ValueSource(strings = {"03", "0e"})
  void noPodReachesTheNodeByItsPort(String last) throws IOException {
    make(overlayAndBridge());
    MacAddress reserved = MacAddress.parse("01:80:c2:00:00:" + last);
    node.delete(TUNNEL);

    try (DatagramChannel victim = node.namespace().call(() -> open(NODE))) {
      send(a, "eth0", reserved, PEER, NODE);
      send(b, "eth0", reserved, "10.77.0.2", NODE);
      inject(other, PEER, NODE);

      AtomicReference<java.net.SocketAddress> from = new AtomicReference<>();
      Awaitility.await()
          .until(() -> {
            from.set(victim.receive(ByteBuffer.allocate(FRAME)));
            return from.get() != null;
          });
      assertThat(((InetSocketAddress) from.get()).getPort()).isNotEqualTo(PORT);
    }
  }

  private static MacAddress mac(Box box, String device) {
    return Objects.requireNonNull(box.link(device).address());
  }

  /** Sends a frame to the tunnels, as a process with a packet socket can. */
  private static void send(Box from, String device, MacAddress to, String source, String target) {
    ByteBuffer packet =
        ByteBuffer.allocate(20 + 8 + FRAME)
            .putInt(0x45000000 | (20 + 8 + FRAME))
            .putInt(0)
            .putInt(0x40110000)
            .put(IpPrefix.parseAddress(source).getAddress())
            .put(IpPrefix.parseAddress(target).getAddress())
            .putInt(PORT << 16 | PORT)
            .putInt((8 + FRAME) << 16)
            .put((byte) 8)
            .put(32, (byte) (VNI >> 16))
            .putShort(33, (short) VNI);
    int sum = 0;
    for (int at = 0; at < 20; at += 2) {
      sum += packet.getShort(at) & 0xffff;
    }
    packet.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
    try (PacketSocket socket =
        PacketSocket.open(from.namespace(), from.link(device).index(), LanFrames.IPV6)) {
      socket.send(
          ByteBuffer.allocate(14 + packet.capacity())
              .put(to.bytes())
              .put(mac(from, device).bytes())
              .putShort((short) 0x0800)
              .put(packet.array())
              .array());
    }
  }
}
