package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.driver.GuardEntries;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.FdbEntry;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceGuardTest extends GuardedFrames {
  @ParameterizedTest
  @MethodSource("forged")
  void whatIsAnothersDoesNotPassOnABridge(Frame frame) throws Exception {
    make(bridge());

    assertThat(passes(frame.bytes())).isFalse();
  }

  @ParameterizedTest
  @MethodSource("forged")
  void whatIsAnothersDoesNotPassOnAnOverlay(Frame frame) throws Exception {
    make(overlay());

    assertThat(passes(frame.bytes())).isFalse();
  }

  @ParameterizedTest
  @MethodSource("ownOrNobodys")
  void ownAndFreeAddressesPass(Frame frame) throws Exception {
    make(bridge());

    assertThat(passes(frame.bytes())).isTrue();
  }

  /** A bridge checks the source of these frames before any table sees them. */
  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void framesForTheBridgeItselfTakeNoTraffic(String driver) {
    make(driver.equals("bridge") ? bridge() : overlay());
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
    PacketSocket sender = socket(hostile);

    for (int last : List.of(0, 3, 14)) {
      byte[] frame = ethernet(Macs.of(VICTIM), 0x88cc, (byte) 0);
      System.arraycopy(
          MacAddress.parse("01:80:c2:00:00:%02x".formatted(last)).bytes(), 0, frame, 0, 6);
      sender.send(frame);
      assertThat(node.netlink().fdbOfBridge(node.link("wb-000000010000").index()))
          .as("to 01:80:c2:00:00:%02x", last)
          .filteredOn(entry -> entry.mac().equals(Macs.of(VICTIM)))
          .extracting(FdbEntry::link)
          .doesNotContain(node.link(hostEnd(hostile)).index());
    }
  }

  /**
   * Each learned address would use memory of the node. Frames to unknown addresses go to all ports.
   */
  @Test
  void theBridgeKeepsNoteOfNoAddressThatItWasNotTold() throws Exception {
    make(bridge());

    assertThat(passes(ethernet(VRRP, MARKED, (byte) 5))).isTrue();

    assertThat(node.netlink().fdbOfBridge(node.link("wb-000000010000").index()))
        .extracting(FdbEntry::mac)
        .contains(Macs.of(VICTIM), Macs.of(OWN))
        .doesNotContain(VRRP);
  }

  @Test
  void theGatewayIsItsNodes() throws Exception {
    make(bridge());
    MacAddress gateway = java.util.Objects.requireNonNull(node.link("wb-000000010000").address());

    assertThat(passes(LanFrames.announcement(Macs.of(OWN), GATEWAY))).isFalse();
    assertThat(passes(ipv4(Macs.of(OWN), GATEWAY))).isFalse();
    assertThat(passes(ethernet(gateway, MARKED, (byte) 3))).isFalse();
  }

  @Test
  void addressesOfOtherNodesPassFromNoLocalSandbox() throws Exception {
    make(overlay());

    assertThat(passes(LanFrames.announcement(Macs.of(OWN), REMOTE))).isFalse();
    assertThat(passes(ethernet(REMOTE_MAC, MARKED, (byte) 4))).isFalse();
  }

  @Test
  void anAddressIsGuardedFromTheMomentThatItIsGivenUntilItIsGivenBack() throws Exception {
    NodeSpec nodeSpec = bridge();
    make(nodeSpec);
    assertThat(passes(LanFrames.announcement(Macs.of(OWN), FREE))).isTrue();

    LocalEndpoint late =
        new LocalEndpoint(
            "late",
            lab.box("late").file(),
            "eth0",
            Macs.of(FREE),
            List.of(new IpPrefix(FREE, 24)),
            false);
    PassScope dirty = PassScope.endpoints(Map.of("net", java.util.Set.of("late")));
    plane.reconcile(TestSpecs.with(nodeSpec, "net", late), dirty);
    assertThat(passes(LanFrames.announcement(Macs.of(OWN), FREE))).isFalse();

    TestSpecs.pick(nodeSpec, "net").local().remove("late");
    plane.reconcile(nodeSpec, dirty);
    assertThat(passes(LanFrames.announcement(Macs.of(OWN), FREE))).isTrue();
    assertThat(lab.plane(node).plan(nodeSpec)).isEmpty();
  }

  @Test
  void anEndpointThatMovesHereIsGuardedThroughout() throws Exception {
    NodeSpec nodeSpec = overlay();
    make(nodeSpec);
    NetworkSpec network = TestSpecs.pick(nodeSpec, "net");
    Map<String, RemoteEndpoint> remote = network.remote();
    LocalEndpoint here =
        new LocalEndpoint(
            "moved",
            lab.box("moved").file(),
            "eth0",
            REMOTE_MAC,
            List.of(new IpPrefix(REMOTE, 24)),
            false);
    PassScope dirty =
        PassScope.endpoints(
            Map.of(
                "net",
                new java.util.TreeSet<>(List.of("moved", "net." + REMOTE.getHostAddress()))));

    Map<String, RemoteEndpoint> before = new HashMap<>(remote);
    remote.clear();
    network.local().put("moved", here);
    plane.reconcile(nodeSpec, dirty);
    assertThat(passes(LanFrames.announcement(Macs.of(OWN), REMOTE))).isFalse();
    assertThat(lab.plane(node).plan(nodeSpec)).isEmpty();

    remote.putAll(before);
    network.local().remove("moved");
    plane.reconcile(nodeSpec, dirty);
    assertThat(passes(LanFrames.announcement(Macs.of(OWN), REMOTE))).isFalse();
    assertThat(lab.plane(node).plan(nodeSpec)).isEmpty();
  }

  @Test
  void comesBackWhateverIsDoneToItAndGoesWithTheLastNetwork() {
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    NodeSpec nodeSpec = bridge();
    make(nodeSpec);
    String ours = node.ruleset();
    plane.onDrift(drift::add);
    for (String deed :
        List.of(
            "delete table bridge weft",
            "flush ruleset",
            "flush chain bridge weft guard",
            "insert rule bridge weft guard accept",
            "flush map bridge weft sandboxes",
            "flush set bridge weft addresses4",
            "add element bridge weft own4 { 0x00000001 . 10.77.0.2 }",
            "delete element bridge weft macs { %s . %s }"
                .formatted(GuardEntries.number(TestSpecs.uid(1)), Macs.of(VICTIM)))) {
      drift.clear();
      node.nft(deed);
      Awaitility.await(deed).until(() -> node.ruleset().equals(ours));
      Awaitility.await(deed).until(() -> !drift.isEmpty());
      ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
      assertThat(outcome.of("net").repaired().toString()).as(deed).contains("source guard");
    }
    drift.clear();

    plane.reconcile(TestSpecs.from("192.0.2.1", Map.of()), PassScope.EVERYTHING);

    assertThat(node.ruleset()).isEmpty();
    assertThat(drift).isEmpty();
  }

  @Test
  void anAgentThatStartsFindsNothingToDo() {
    make(bridge());

    assertThat(lab.plane(node).plan(bridge())).isEmpty();
  }

  @Test
  void aNewEndpointAmongThousandsCostsOnlyItself() {
    NodeSpec nodeSpec = overlay();
    NetworkSpec network = TestSpecs.pick(nodeSpec, "net");
    for (int i = 0; i < 5000; i++) {
      InetAddress address = InetAddress.ofLiteral("10.78.%d.%d".formatted(i >> 8, i & 255));
      network
          .remote()
          .put(
              "net." + address.getHostAddress(),
              new RemoteEndpoint(address, Macs.of(address), InetAddress.ofLiteral("192.0.2.2")));
    }
    make(nodeSpec);
    InetAddress next = InetAddress.ofLiteral("10.79.0.1");
    network
        .remote()
        .put(
            "net.10.79.0.1",
            new RemoteEndpoint(next, Macs.of(next), InetAddress.ofLiteral("192.0.2.2")));

    ReconcileOutcome outcome =
        plane.reconcile(
            nodeSpec, PassScope.endpoints(Map.of("net", java.util.Set.of("net.10.79.0.1"))));

    assertThat(outcome.changes()).hasSize(5);
    assertThat(lab.plane(node).plan(nodeSpec)).isEmpty();
  }
}
