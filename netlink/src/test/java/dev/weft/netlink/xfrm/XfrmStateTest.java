package dev.weft.netlink.xfrm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.netlink.FreshNamespace;
import dev.weft.netlink.NetlinkException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** States of ESP, on a kernel that has it. */
@Tag("esp")
class XfrmStateTest {
  @RegisterExtension final FreshNamespace kernel = new FreshNamespace();

  private static final int PORT = 4790;
  private static final int NAT_PORT = 4500;
  private static final long REQID = 0x77656674L;
  private static final XfrmStateId ID = XfrmStateId.esp(XfrmPair.address(1), 0xf1234567L);
  private static final XfrmStateSpec STATE =
      XfrmStateSpec.of(ID, XfrmPair.address(0)).reqid(REQID).build();

  private Xfrm xfrm;

  @BeforeEach
  void needsEsp() {
    xfrm = kernel.xfrm();
    try {
      xfrm.stateAdd(STATE, key(1));
    } catch (NetlinkException e) {
      assumeTrue(
          !List.of("EPROTONOSUPPORT", "ENOSYS", "ENOENT").contains(e.errnoName()),
          "this kernel has no ESP or no AES-GCM: " + e.getMessage());
      throw e;
    }
    xfrm.stateDelete(ID);
  }

  @Test
  void aStateIsReadAsItWasMadeAndMadeOnce() {
    XfrmStateSpec full =
        XfrmStateSpec.of(
                new XfrmStateId(ID.destination(), 50, 0xffffffffL, new XfrmMark(0x57, 0xff)),
                XfrmPair.address(0))
            .reqid(0xfffffffeL)
            .replay(XfrmReplay.extended(2048))
            .lifetime(
                new XfrmLifetime(
                    XfrmLimits.NONE.withBytes(1L << 40).withAge(Duration.ofHours(11)),
                    XfrmLimits.NONE.withPackets(1L << 33).withUse(Duration.ofHours(12))))
            .selector(XfrmSelector.ALL_IPV4.udpTo(PORT))
            .udp(new XfrmUdp(4500, 4501))
            .outputMark(new XfrmMark(0x10, 0xf0))
            .flags(XfrmStateSpec.Flag.NO_PMTU_DISCOVERY)
            .build();
    XfrmStateSpec six =
        XfrmStateSpec.of(XfrmStateId.esp(XfrmPair.address6(1), 1), XfrmPair.address6(0))
            .mode(XfrmMode.TUNNEL)
            .replay(new XfrmReplay(32, false))
            .build();
    for (XfrmStateSpec state : List.of(STATE, full, six)) {
      xfrm.stateAdd(state, key(1));
      assertThat(xfrm.state(state.id()).orElseThrow().spec()).isEqualTo(state);
    }
    assertThat(xfrm.states())
        .extracting(XfrmState::spec)
        .containsExactlyInAnyOrder(STATE, full, six);
    assertThatThrownBy(() -> xfrm.stateAdd(STATE, key(2)))
        .hasMessageContaining("cannot add state ESP SPI 0xf1234567 to 192.0.2.2: EEXIST");
    xfrm.stateDelete(ID);
    assertThat(xfrm.state(ID)).isEmpty();
    assertThatThrownBy(() -> xfrm.stateDelete(ID)).hasMessageContaining("ESRCH");
  }

  @Test
  void anUpdateChangesTheLifetimeAndNotWhatWasCounted() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket receiver = pair.socket(1, PORT)) {
      protect(pair, XfrmLifetime.FOREVER);
      assertThat(pair.arrives(sender, receiver)).isTrue();
      XfrmState before = xfrm.state(ID).orElseThrow();
      XfrmLifetime life =
          new XfrmLifetime(XfrmLimits.NONE.withPackets(1000), XfrmLimits.NONE.withPackets(2000));
      XfrmStateSpec longer =
          XfrmStateSpec.of(ID, XfrmPair.address(0)).reqid(REQID).lifetime(life).build();
      xfrm.stateUpdate(longer, key(1));
      XfrmState after = xfrm.state(ID).orElseThrow();
      assertThat(after.spec().lifetime()).isEqualTo(life);
      assertThat(after.sequence()).isEqualTo(before.sequence());
      assertThat(pair.arrives(sender, receiver)).isTrue();
    }
  }

  @Test
  void protectedPacketsArriveAndAreCountedAndClearOnesDoNot() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket receiver = pair.socket(1, PORT)) {
      protect(pair, XfrmLifetime.FOREVER);
      for (int i = 0; i < 5; i++) {
        assertThat(pair.arrives(sender, receiver)).isTrue();
      }
      XfrmState out = xfrm.state(ID).orElseThrow();
      XfrmState in = pair.xfrm(1).state(ID).orElseThrow();
      assertThat(out.sequence().sent()).isEqualTo(5);
      assertThat(in.sequence().received()).isEqualTo(5);
      assertThat(in.usage().packets()).isEqualTo(5);
      assertThat(in.usage().bytes()).isPositive();
      assertThat(in.usage().firstUsed()).isNotNull();
      assertThat(in.failures()).isEqualTo(new XfrmState.Failures(0, 0, 0));
      xfrm.policyDelete(out());
      assertThat(pair.arrives(sender, receiver)).isFalse();
      xfrm.policyAdd(policy(out()));
      xfrm.stateDelete(ID);
      assertThat(pair.arrives(sender, receiver)).isFalse();
    }
  }

  @Test
  void aPacketUnderAnotherKeyIsForged() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket receiver = pair.socket(1, PORT)) {
      xfrm.stateAdd(STATE, key(1));
      pair.xfrm(1).stateAdd(STATE, key(2));
      xfrm.policyAdd(policy(out()));
      assertThat(pair.arrives(sender, receiver)).isFalse();
      assertThat(pair.xfrm(1).state(ID).orElseThrow().failures().forged()).isEqualTo(1);
    }
  }

  @Test
  void packetLimitsAreReportedFirstSoftThenHard() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket receiver = pair.socket(1, PORT);
        XfrmMonitor monitor = XfrmMonitor.open(kernel.namespace())) {
      protect(
          pair, new XfrmLifetime(XfrmLimits.NONE.withPackets(2), XfrmLimits.NONE.withPackets(4)));
      XfrmMonitorTest.await(
          monitor,
          n -> n instanceof XfrmNotification.StateChanged(var s) && s.spec().id().equals(ID));
      for (int i = 0; i < 3; i++) {
        assertThat(pair.arrives(sender, receiver)).isTrue();
      }
      XfrmMonitorTest.await(monitor, n -> isExpired(n, false));
      pair.arrives(sender, receiver);
      pair.arrives(sender, receiver);
      XfrmMonitorTest.await(monitor, n -> isExpired(n, true));
      assertThat(xfrm.state(ID)).isEmpty();
      assertThat(pair.arrives(sender, receiver)).isFalse();
    }
  }

  @Test
  void aRemovedStateIsReported() {
    try (XfrmMonitor monitor = XfrmMonitor.open(kernel.namespace())) {
      xfrm.stateAdd(STATE, key(1));
      xfrm.stateDelete(ID);
      XfrmMonitorTest.await(
          monitor,
          n -> n instanceof XfrmNotification.StateRemoved(var s) && s.spec().equals(STATE));
    }
  }

  @Test
  void ipv6IsProtectedToo() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    try (DatagramSocket sender = pair.socket(0, XfrmPair.address6(0), 0);
        DatagramSocket receiver = pair.socket(1, XfrmPair.address6(1), PORT)) {
      InetAddress source = XfrmPair.address6(0);
      XfrmStateSpec state =
          XfrmStateSpec.of(XfrmStateId.esp(XfrmPair.address6(1), 7), source).reqid(REQID).build();
      XfrmSelector selector = XfrmSelector.ALL_IPV6.udpTo(PORT);
      for (int host = 0; host < 2; host++) {
        pair.xfrm(host).stateAdd(state, key(1));
        pair.xfrm(host)
            .policyAdd(
                XfrmPolicySpec.protect(
                    XfrmPolicyId.of(host == 0 ? XfrmDirection.OUT : XfrmDirection.IN, selector),
                    1,
                    XfrmTemplate.transport(source, XfrmPair.address6(1), REQID)));
      }
      assertThat(pair.arrives(sender, receiver)).isTrue();
      assertThat(pair.xfrm(1).state(state.id()).orElseThrow().sequence().received()).isEqualTo(1);
    }
  }

  @Test
  void espInsideUdpArrivesWhileItsPortIsOpen() throws IOException {
    XfrmPair pair = new XfrmPair(kernel);
    XfrmStateSpec state =
        XfrmStateSpec.of(ID, XfrmPair.address(0))
            .reqid(REQID)
            .udp(new XfrmUdp(NAT_PORT, NAT_PORT))
            .build();
    for (int host = 0; host < 2; host++) {
      pair.xfrm(host).stateAdd(state, key(1));
    }
    xfrm.policyAdd(policy(out()));
    try (DatagramSocket sender = pair.socket(0, 0);
        DatagramSocket receiver = pair.socket(1, PORT)) {
      EspInUdpSocket there = pair.espInUdp(1, NAT_PORT);
      assertThat(pair.arrives(sender, receiver)).isTrue();
      there.close();
      assertThat(pair.arrives(sender, receiver)).isFalse();
      assertThatThrownBy(() -> pair.espInUdp(1, PORT))
          .hasMessage(
              "cannot receive ESP in UDP at 192.0.2.2 port 4790: EADDRINUSE (Address already in"
                  + " use)");
    }
  }

  private static boolean isExpired(XfrmNotification notification, boolean hard) {
    return notification instanceof XfrmNotification.StateExpired expired
        && expired.id().equals(ID)
        && expired.reqid() == REQID
        && expired.hard() == hard;
  }

  /** Installs the state and the policies that require it, on both hosts. */
  private static void protect(XfrmPair pair, XfrmLifetime lifetime) {
    XfrmStateSpec state =
        XfrmStateSpec.of(ID, XfrmPair.address(0)).reqid(REQID).lifetime(lifetime).build();
    pair.xfrm(0).stateAdd(state, key(1));
    pair.xfrm(0).policyAdd(policy(out()));
    pair.xfrm(1).stateAdd(STATE, key(1));
    pair.xfrm(1)
        .policyAdd(policy(XfrmPolicyId.of(XfrmDirection.IN, XfrmSelector.ALL_IPV4.udpTo(PORT))));
  }

  private static XfrmPolicyId out() {
    return XfrmPolicyId.of(XfrmDirection.OUT, XfrmSelector.ALL_IPV4.udpTo(PORT));
  }

  private static XfrmPolicySpec policy(XfrmPolicyId id) {
    return XfrmPolicySpec.protect(
        id, 1, XfrmTemplate.transport(XfrmPair.address(0), XfrmPair.address(1), REQID));
  }

  private static XfrmKey key(int number) {
    byte[] material = new byte[36];
    Arrays.fill(material, (byte) number);
    return XfrmKey.copyOf(material);
  }
}
