package dev.weft.e2e.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Root;
import dev.weft.e2e.net.Capture;
import dev.weft.e2e.net.FrameSender;
import dev.weft.e2e.net.Ping;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.NetworkNamespace;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Behaviour of the kernel's VXLAN tunnel under the states, policies and filter rules of an
 * encrypted network. Every capture that must see no clear frame has seen clear frames before.
 */
class EncryptedTunnelTest {
  private static final Duration LAST_ANSWER = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration NOTHING = Duration.ofMillis(400);
  private static final String FORGED = "forged by somebody on the wire";

  private TunnelHost left;
  private TunnelHost right;
  private Protection protection;

  @BeforeEach
  void needsEsp() {
    assumeTrue(Root.is(), Root.REASON);
    wire("192.0.2.1", "192.0.2.2");
    try {
      protection.open(0);
    } catch (NetlinkException e) {
      assumeTrue(
          !List.of("EPROTONOSUPPORT", "ENOSYS", "ENOENT").contains(e.errnoName()),
          "this kernel has no ESP or no AES-GCM: " + e.getMessage());
      throw e;
    }
    left.close();
    right.close();
    wire("192.0.2.1", "192.0.2.2");
  }

  private void wire(String one, String other) {
    left = host(one, "10.77.0.1");
    right = host(other, "10.77.0.2");
    left.wireTo(right);
    protection = new Protection(left, right);
  }

  private static TunnelHost host(String underlay, String inside) {
    return new TunnelHost(
        NetworkNamespace.createUnnamed(),
        InetAddress.ofLiteral(underlay),
        InetAddress.ofLiteral(inside));
  }

  @AfterEach
  void tearDown() {
    if (left != null) {
      left.close();
      right.close();
    }
  }

  @Test
  void aClearTunnelIsSeenOnTheWireAndTakesForgedFrames() {
    seenAndForged();
  }

  @Test
  void aClearTunnelOverIpv6IsSeenOnTheWireAndTakesForgedFrames() {
    overIpv6();
    seenAndForged();
  }

  private void seenAndForged() {
    tunnel();
    try (Capture wire = right.captureWire();
        Capture inside = right.captureTunnel()) {
      assertThat(answers(PATIENCE)).isTrue();
      forge();
      assertThat(clear(wire)).isNotEmpty();
      assertThat(inside.frames()).anyMatch(frame -> Packets.tells(frame, FORGED));
    }
  }

  @Test
  void onlyEspIsOnTheWireAndForgedFramesDoNotEnter() {
    encrypted();
    try (Capture there = right.captureWire();
        Capture back = left.captureWire();
        Capture inside = right.captureTunnel()) {
      assertThat(answers(PATIENCE)).isTrue();
      forge();
      assertThat(answers(PATIENCE)).isTrue();
      assertThat(onlyForged(there)).isTrue();
      assertThat(clear(back)).isEmpty();
      assertThat(there.frames()).anyMatch(frame -> Packets.protocol(frame) == Packets.ESP);
      assertThat(inside.frames()).isNotEmpty().noneMatch(frame -> Packets.tells(frame, FORGED));
    }
  }

  @Test
  void withoutStatesNothingPassesEitherWay() {
    protection.close();
    tunnel();
    refusesEverything();
  }

  @Test
  void aFlushOfTheStatesClosesTheTunnel() {
    encrypted();
    assertThat(answers(PATIENCE)).isTrue();
    flush("state");
    refusesEverything();
    protection.open(1);
    assertThat(answers(PATIENCE)).isTrue();
  }

  @Test
  void aFlushOfThePoliciesClosesTheTunnel() {
    encrypted();
    assertThat(answers(PATIENCE)).isTrue();
    flush("policy");
    refusesEverything();
    protection.close();
    protection.rotate(1);
    assertThat(answers(PATIENCE)).isTrue();
  }

  @Test
  void anIpv6UnderlayIsProtectedTheSame() {
    overIpv6();
    encrypted();
    try (Capture there = right.captureWire();
        Capture inside = right.captureTunnel()) {
      assertThat(answers(PATIENCE)).isTrue();
      forge();
      assertThat(onlyForged(there)).isTrue();
      assertThat(there.frames()).anyMatch(frame -> Packets.protocol(frame) == Packets.ESP);
      assertThat(inside.frames()).noneMatch(frame -> Packets.tells(frame, FORGED));
      flush("policy");
      assertThat(answers(NOTHING)).isFalse();
      assertThat(onlyForged(there)).isTrue();
    }
  }

  @Test
  void rotationsLoseNoPacketAndCountNoError() {
    encrypted();
    assertThat(answers(PATIENCE)).isTrue();
    Map<String, Long> here = left.errors();
    Map<String, Long> there = right.errors();
    int rotations = Integer.getInteger("weft.rotations", 20);
    try (SteadyPing ping = SteadyPing.start(left.namespace(), right.inside(), LAST_ANSWER);
        SteadyStream stream = SteadyStream.start(left, right);
        Capture wire = right.captureWire()) {
      for (int epoch = 1; epoch <= rotations; epoch++) {
        ping.awaitMore(10);
        stream.awaitMore(1 << 16);
        protection.prepare(epoch);
        protection.activate(epoch);
        ping.awaitAnswer();
        protection.retire(epoch - 1);
      }
      ping.awaitMore(10);
      stream.awaitMore(1 << 16);
      assertThat(ping.stop()).as("echo requests without an answer").isZero();
      stream.stop();
      assertThat(clear(wire)).isEmpty();
      System.out.printf(
          "%d rotations: %d echo requests and %d bytes of a TCP stream, nothing lost%n",
          rotations, ping.sent(), stream.received());
    }
    assertThat(left.errors()).isEqualTo(here);
    assertThat(right.errors()).isEqualTo(there);
  }

  private void overIpv6() {
    left.close();
    right.close();
    wire("fd00:77::1", "fd00:77::2");
  }

  /** Checks that the host sends and accepts no clear frame. */
  private void refusesEverything() {
    try (Capture there = right.captureWire();
        Capture back = left.captureWire();
        Capture inside = right.captureTunnel()) {
      forge();
      assertThat(answers(NOTHING)).isFalse();
      assertThat(there.frames()).anyMatch(frame -> Packets.tells(frame, FORGED));
      assertThat(onlyForged(there)).isTrue();
      assertThat(clear(back)).isEmpty();
      assertThat(inside.frames()).noneMatch(frame -> Packets.tells(frame, FORGED));
    }
  }

  private void tunnel() {
    left.tunnelTo(right);
    right.tunnelTo(left);
  }

  private void encrypted() {
    protection.close();
    protection.open(0);
    tunnel();
  }

  private void flush(String table) {
    left.command("ip", "xfrm", table, "flush");
    right.command("ip", "xfrm", table, "flush");
  }

  private boolean answers(Duration timeout) {
    return Ping.once(left.namespace(), right.inside(), timeout).isPresent();
  }

  /** Puts a clear frame with the right VNI and port on the wire, to the right host. */
  private void forge() {
    try (FrameSender attacker = FrameSender.open(left.namespace(), left.wire().index())) {
      assertThat(
              attacker.send(
                  Packets.clearVxlan(
                      right.wire().address(),
                      left.underlay(),
                      right.underlay(),
                      TunnelHost.PORT,
                      TunnelHost.VNI,
                      Packets.inner(FORGED))))
          .isTrue();
    }
  }

  private static List<byte[]> clear(Capture wire) {
    return wire.frames().stream().filter(frame -> Packets.isUdpTo(frame, TunnelHost.PORT)).toList();
  }

  private static boolean onlyForged(Capture wire) {
    return clear(wire).stream().allMatch(frame -> Packets.tells(frame, FORGED));
  }
}
