package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.Libc;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A clear tunnel takes frames of its peers only. */
class TunnelGuardTest extends Containment {
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
}
