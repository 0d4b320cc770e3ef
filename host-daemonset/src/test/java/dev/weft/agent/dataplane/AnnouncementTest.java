package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.Address;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Announcements and probes of addresses reach the other nodes of an overlay. */
class AnnouncementTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String SHARED = "10.77.0.99";

  private final KernelLab lab = new KernelLab();
  private final Box here = lab.box("here");
  private final Box there = lab.box("there");
  private final Box a = lab.box("a");
  private final Box second = lab.box("second");
  private final Box b = lab.box("b");
  private final DataPlane planeHere = lab.plane(here);
  private final DataPlane planeThere = lab.plane(there);
  private final LocalEndpoint ofA = endpoint(a, 2);
  private final LocalEndpoint ofSecond = endpoint(second, 3);
  private final LocalEndpoint ofB = endpoint(b, 4);

  @BeforeEach
  void twoNodesCarryTheOverlay() {
    lab.cable(here, "uplink", there, "uplink");
    here.address("uplink", "192.0.2.1/24");
    there.address("uplink", "192.0.2.2/24");
    build(List.of(ofA, ofSecond), List.of(ofB));
    assertThat(a.reaches(b, "10.77.0.4")).isTrue();
    assertThat(b.reaches(a, "fd77::2")).isTrue();
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static LocalEndpoint endpoint(Box box, int number) {
    InetAddress address = InetAddress.ofLiteral("10.77.0." + number);
    return new LocalEndpoint(
        box.name() + ".eth0",
        box.file(),
        "eth0",
        Macs.of(address),
        List.of(
            new IpPrefix(address, 24), new IpPrefix(InetAddress.ofLiteral("fd77::" + number), 64)),
        false);
  }

  private void build(List<LocalEndpoint> onHere, List<LocalEndpoint> onThere) {
    build(planeThere, "192.0.2.2", onThere, "192.0.2.1", onHere);
    build(planeHere, "192.0.2.1", onHere, "192.0.2.2", onThere);
  }

  private static void build(
      DataPlane plane,
      String vtep,
      List<LocalEndpoint> local,
      String peer,
      List<LocalEndpoint> remote) {
    NetworkSpec network =
        TestSpecs.with(
            TestSpecs.network(
                TestSpecs.overlay(
                    1, 4242, TestSpecs.subnet("10.77.0.0/24"), TestSpecs.subnet("fd77::/64")),
                local.toArray(LocalEndpoint[]::new)),
            remote.stream()
                .flatMap(each ->
                    each.addresses().stream()
                        .map(prefix ->
                            new RemoteEndpoint(
                                prefix.address(), each.mac(), InetAddress.ofLiteral(peer))))
                .toArray(RemoteEndpoint[]::new));
    ReconcileOutcome outcome =
        plane.reconcile(TestSpecs.from(vtep, Map.of("net", network)), PassScope.EVERYTHING);
    assertThat(outcome.of("net").problems()).isEmpty();
  }

  private static PacketSocket socket(Box box, InetAddress about) {
    return PacketSocket.open(box.namespace(), box.link("eth0").index(), LanFrames.protocol(about));
  }

  /** The frames from {@code a} that a box receives, up to the last one. */
  private List<byte[]> heard(Box box, InetAddress about, byte[]... frames)
      throws InterruptedException {
    try (PacketSocket ear = socket(box, about);
        PacketSocket mouth = socket(a, about)) {
      for (byte[] frame : frames) {
        mouth.send(frame);
      }
      List<byte[]> heard = new ArrayList<>();
      while (heard.isEmpty() || !Arrays.equals(heard.getLast(), frames[frames.length - 1])) {
        heard.add(
            ear.receive(PATIENCE)
                .orElseThrow(() -> new AssertionError("the last of them never came")));
      }
      return heard;
    }
  }

  private static MacAddress macOf(Box box) {
    return box.link("eth0").address();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"10.77.0.2", SHARED, "fd77::2", "fd77::99"})
  void anAnnouncementArrivesEverywhereUnchanged(String address) throws InterruptedException {
    InetAddress about = InetAddress.ofLiteral(address);
    byte[] announcement = LanFrames.announcement(macOf(a), about);

    assertThat(heard(b, about, announcement)).contains(announcement);
    assertThat(heard(second, about, announcement)).contains(announcement);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {SHARED, "fd77::99", "10.77.0.4", "fd77::4"})
  void aProbeArrivesEverywhereUnchanged(String address) throws InterruptedException {
    InetAddress about = InetAddress.ofLiteral(address);
    byte[] probe = LanFrames.question(macOf(a), about);

    assertThat(heard(b, about, probe)).contains(probe);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"10.77.0.4", "fd77::4"})
  void theHolderOfAnAddressAnswersAProbe(String address) throws InterruptedException {
    InetAddress about = InetAddress.ofLiteral(address);
    try (PacketSocket socket = socket(a, about)) {
      socket.send(LanFrames.question(macOf(a), about));
      Optional<MacAddress> holder = Optional.empty();
      while (holder.isEmpty()) {
        holder =
            LanFrames.holder(
                socket.receive(PATIENCE).orElseThrow(() -> new AssertionError("no answer")), about);
      }
      assertThat(holder).contains(macOf(b));
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"10.77.0.3", "10.77.0.4", "fd77::3", "fd77::4"})
  void noSandboxAnnouncesTheAddressOfAnotherInAnyForm(String address) throws InterruptedException {
    InetAddress about = InetAddress.ofLiteral(address);
    byte[] plain = LanFrames.announcement(macOf(a), about);
    byte[] veiled = veiled(plain);
    byte[] last =
        LanFrames.announcement(
            macOf(a), InetAddress.ofLiteral(about instanceof Inet4Address ? SHARED : "fd77::99"));

    assertThat(heard(b, about, plain, veiled, last)).doesNotContain(plain, veiled);
  }

  /** An announcement in the form in which the bridge forwards it. */
  private static byte[] veiled(byte[] announcement) {
    byte[] veiled = announcement.clone();
    if (veiled[12] == 8) {
      veiled[18] = 0;
    } else {
      veiled[55] = 1;
      // the sum grows by one, so the complement shrinks by one
      veiled[57]--;
    }
    return veiled;
  }

  @Test
  void aQuestionForAKnownAddressStaysOnItsNode() throws InterruptedException {
    InetAddress about = InetAddress.ofLiteral("10.77.0.4");
    byte[] question = LanFrames.question(macOf(a), about);
    // the sender of the question has an address
    System.arraycopy(ofA.addresses().getFirst().address().getAddress(), 0, question, 28, 4);
    byte[] last = LanFrames.announcement(macOf(a), InetAddress.ofLiteral("10.77.0.2"));

    assertThat(heard(b, about, question, last)).doesNotContain(question);
  }

  @Test
  void anAddressThatAnotherPodTakesOverIsReachableThere() throws InterruptedException {
    InetAddress shared = InetAddress.ofLiteral(SHARED);
    Address onA = Address.of(a.link("eth0").index(), new IpPrefix(shared, 24));
    a.netlink().addressAdd(onA);
    assertThat(b.reaches(a, SHARED)).isTrue();
    a.netlink().addressDelete(onA);
    second.netlink().addressAdd(Address.of(second.link("eth0").index(), new IpPrefix(shared, 24)));

    try (PacketSocket socket = socket(second, shared)) {
      socket.send(LanFrames.announcement(macOf(second), shared));
    }

    // without a correction, the kernel uses a neighbour entry for half a minute
    await().until(() -> b.reaches(second, SHARED));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"10.77.0.2", "fd77::2"})
  void anEndpointsAddressThatComesToAnotherPodIsReachableThere(String address) {
    assertThat(b.reaches(a, address)).isTrue();
    Box heir = lab.box("heir");
    LocalEndpoint ofHeir =
        new LocalEndpoint(
            "heir.eth0",
            heir.file(),
            "eth0",
            MacAddress.parse("02:11:00:00:00:02"),
            ofA.addresses(),
            false);

    build(List.of(ofSecond, ofHeir), List.of(ofB));

    // without a correction, the kernel uses a neighbour entry for half a minute
    await().until(() -> b.reaches(heir, address));
  }
}
