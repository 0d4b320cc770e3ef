package dev.weft.agent.dataplane.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.TestSpecs;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.BridgePort;
import dev.weft.netlink.rtnl.Ethtool;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Netlink;
import dev.weft.netlink.rtnl.Request;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The agent notices and repairs changes by other programs at once. */
class DriftTest {
  private static final String BRIDGE = "wb-000000010000";
  private static final String TUNNEL = "wv-000000010000";
  private static final String NAT = "wb-000000020000";

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);
  private final ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();

  private NodeSpec nodeSpec() {
    return TestSpecs.from(
        "192.0.2.1",
        Map.of(
            "blue",
            TestSpecs.with(
                TestSpecs.network(
                    TestSpecs.overlay(1, 4242, TestSpecs.subnet("10.88.0.0/24")),
                    TestSpecs.endpoint(a, "eth0", "10.88.0.2/24")),
                TestSpecs.remote("10.88.0.3", "192.0.2.2"),
                TestSpecs.remote("10.88.0.4", "192.0.2.3")),
            "red",
            TestSpecs.network(
                TestSpecs.bridge(2, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")),
                TestSpecs.endpoint(b, "eth0", "10.77.0.2/24"))));
  }

  @BeforeEach
  void twoNetworksAreLive() {
    lab.cable(lab.box("world"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
    ReconcileOutcome outcome = plane.reconcile(nodeSpec(), PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
    plane.onDrift(drift::add);
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  /** A change that another program makes on a node. */
  record Deed(String name, Consumer<Box> how) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Deed> deeds() {
    return Stream.of(
        new Deed("the tunnel is deleted", node -> node.delete(TUNNEL)),
        new Deed("the overlay's bridge is deleted", node -> node.delete(BRIDGE)),
        new Deed("the bridge is deleted", node -> node.delete(NAT)),
        new Deed("an endpoint's cable is deleted", node -> node.delete(hostEnd(node, NAT))),
        new Deed("the tunnel is down", node -> node.down(TUNNEL)),
        new Deed("the bridge is down", node -> node.down(NAT)),
        new Deed("an endpoint's cable is down", node -> node.down(hostEnd(node, BRIDGE))),
        new Deed(
            "an endpoint's cable leaves the bridge",
            node -> set(node, hostEnd(node, NAT), LinkSettings.builder().noMaster())),
        new Deed("the MTU is changed", node -> set(node, TUNNEL, LinkSettings.builder().mtu(1300))),
        new Deed(
            "the MAC address is changed",
            node ->
                set(
                    node,
                    NAT,
                    LinkSettings.builder().address(MacAddress.parse("02:00:00:00:00:99")))),
        new Deed("the bridge is renamed", node -> rename(node, NAT)),
        new Deed("the tunnel is renamed", node -> rename(node, TUNNEL)),
        new Deed("an endpoint's cable is renamed", node -> rename(node, hostEnd(node, BRIDGE))),
        new Deed("the mark is taken", node -> set(node, NAT, LinkSettings.builder().alias(""))),
        new Deed("the group is taken", node -> set(node, NAT, LinkSettings.builder().group(0))),
        new Deed(
            "the tunnel's port learns",
            node ->
                set(
                    node,
                    TUNNEL,
                    LinkSettings.builder().port(BridgePort.builder().learning(true).build()))),
        new Deed(
            "an endpoint's port is locked",
            node ->
                set(
                    node,
                    hostEnd(node, NAT),
                    LinkSettings.builder().port(BridgePort.builder().locked(true).build()))),
        new Deed(
            "an endpoint's port hears no broadcasts",
            node ->
                set(
                    node,
                    hostEnd(node, NAT),
                    LinkSettings.builder()
                        .port(BridgePort.builder().broadcastFlood(false).build()))),
        new Deed(
            "the bridge learns from frames to itself",
            node -> set(node, new LinkKind.Bridge().withLinkLocalLearning(true))),
        new Deed(
            "the bridge follows multicast groups",
            node -> set(node, new LinkKind.Bridge().withMulticastSnooping(true))),
        new Deed("forwarding is flushed", DriftTest::flushForwarding),
        new Deed("neighbours are flushed", DriftTest::flushNeighbours),
        new Deed(
            "the gateway's address is removed",
            node ->
                node.netlink()
                    .addressDelete(
                        Address.of(node.link(NAT).index(), IpPrefix.parse("10.77.0.1/24")))),
        new Deed(
            "an address is added",
            node ->
                node.netlink()
                    .addressAdd(
                        Address.of(node.link(NAT).index(), IpPrefix.parse("10.66.0.1/24")))),
        new Deed(
            "a forwarding entry is added",
            node ->
                node.netlink()
                    .fdbSet(
                        FdbEntry.tunnel(
                            node.link(TUNNEL).index(),
                            MacAddress.parse("02:42:01:02:03:04"),
                            IpPrefix.parseAddress("192.0.2.66")))));
  }

  private static String hostEnd(Box node, String bridge) {
    int index = node.link(bridge).index();
    return node.netlink().links().stream()
        .filter(link -> link.master() == index && link.name().startsWith("we-"))
        .findFirst()
        .orElseThrow()
        .name();
  }

  private static void set(Box node, String device, LinkSettings.Builder settings) {
    node.netlink().linkSet(node.link(device).index(), settings.build());
  }

  private static void set(Box node, LinkKind options) {
    node.netlink()
        .execute(new Request.LinkChange(node.link(NAT).index(), null, options, LinkSettings.NONE));
  }

  private static void rename(Box node, String device) {
    try {
      Process process =
          new ProcessBuilder(
                  "nsenter",
                  "--net=" + node.file(),
                  "ip",
                  "link",
                  "set",
                  device,
                  "name",
                  "elsewhere")
              .inheritIO()
              .start();
      assertThat(process.waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void flushForwarding(Box node) {
    Netlink netlink = node.netlink();
    for (FdbEntry entry : netlink.fdb(node.link(TUNNEL).index())) {
      if (entry.destination() != null || entry.state() == FdbEntry.State.STATIC) {
        netlink.fdbDelete(entry);
      }
    }
  }

  private static void flushNeighbours(Box node) {
    int bridge = node.link(BRIDGE).index();
    for (Neighbour neighbour : node.netlink().neighbours()) {
      if (neighbour.link() == bridge && neighbour.state() == Neighbour.State.PERMANENT) {
        node.netlink().neighbourDelete(bridge, neighbour.address());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void isNoticedAndRepaired(Deed deed) {
    deed.how().accept(node);

    Awaitility.await(deed.name()).until(() -> !drift.isEmpty());
    Awaitility.await(deed.name())
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            plane.reconcile(nodeSpec(), event.scope());
          }
          return plane.plan(nodeSpec()).isEmpty();
        });
    assertThat(lab.plane(node).plan(nodeSpec())).isEmpty();
  }

  @Test
  void aFlushedPacketFilterIsRepairedAtTheNextFullLook() {
    node.nft("flush ruleset");

    ReconcileOutcome outcome = plane.reconcile(nodeSpec(), PassScope.EVERYTHING);

    assertThat(outcome.of("red").repaired().toString())
        .contains("packet filter")
        .contains("source guard");
    assertThat(node.ruleset()).contains("table inet weft").contains("table bridge weft");
  }

  @Test
  void aRuleAddedToThePacketFilterIsRemoved() {
    node.nft("add rule inet weft forward drop");

    // by the watch or by this pass, whichever is first
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").repaired())
        .singleElement()
        .satisfies(what -> assertThat(what).contains("packet filter"));
    assertThat(plane.plan(nodeSpec())).isEmpty();
  }

  @Test
  void checksumsAreLeftToTheKernelAndStayThere() {
    NodeSpec off =
        new NodeSpec(
            nodeSpec().node(), nodeSpec().vtep(), nodeSpec().networks(), false, Optional.empty());
    int tunnel = node.link(TUNNEL).index();
    try (Ethtool ethtool = Ethtool.open(node.namespace())) {
      assertThat(ethtool.txChecksum(tunnel)).isTrue();
      plane.reconcile(off, PassScope.networks(Set.of("blue")));
      assertThat(ethtool.txChecksum(tunnel)).isFalse();
      assertThat(node.link(TUNNEL).index()).as("changed in place").isEqualTo(tunnel);
      assertThat(plane.plan(off)).isEmpty();
      drift.clear();

      ethtool.txChecksum(tunnel, true);
      Awaitility.await().until(() -> !drift.isEmpty());
      assertThat(plane.reconcile(off, drift.remove().scope()).of("blue").repaired())
          .singleElement()
          .asString()
          .contains("checksums by the kernel");
      assertThat(ethtool.txChecksum(tunnel)).isFalse();

      plane.reconcile(nodeSpec(), PassScope.EVERYTHING);
      assertThat(ethtool.txChecksum(tunnel)).isTrue();
    }
  }

  @Test
  void whatWasRepairedIsReported() {
    node.delete(TUNNEL);

    ReconcileOutcome outcome = plane.reconcile(nodeSpec(), PassScope.EVERYTHING);

    assertThat(outcome.of("blue").repaired()).anyMatch(line -> line.contains(TUNNEL));
    assertThat(outcome.of("red").repaired()).isEmpty();
  }

  @Test
  void ourOwnChangesAreNoDrift() {
    plane.reconcile(TestSpecs.from("192.0.2.1", Map.of()), PassScope.EVERYTHING);
    plane.reconcile(nodeSpec(), PassScope.EVERYTHING);
    node.netlink().linkAdd(LinkSpec.of("somebody", new LinkKind.Bridge()));
    // A change after all notifications of our own changes: once it is reported, those have been
    // judged.
    node.down(NAT);

    Awaitility.await().until(() -> drift.stream().anyMatch(e -> e.what().contains(NAT)));
    assertThat(drift).allMatch(event -> event.what().contains(NAT));
  }

  @Test
  void anInterfaceThatWaitsForItsAddressIsNoDrift() {
    LocalEndpoint coming = TestSpecs.endpoint(lab.box("c"), "eth0", "10.77.0.3/24");
    NodeSpec more = TestSpecs.with(nodeSpec(), "red", TestSpecs.bare(coming));
    plane.reconcile(more, PassScope.endpoints(Map.of("red", Set.of(coming.id()))));
    node.down(NAT);

    Awaitility.await().until(() -> drift.stream().anyMatch(e -> e.what().contains(NAT)));
    assertThat(drift).allMatch(event -> event.what().contains(NAT));
  }

  @Test
  void aSandboxInterfaceThatIsDownIsNoticed() {
    a.down("eth0");

    Awaitility.await().until(() -> !drift.isEmpty());
    plane.reconcile(nodeSpec(), drift.remove().scope());
    assertThat(a.link("eth0").isUp()).isTrue();
  }

  @Test
  void aForeignBridgeThatIsRenamedMakesRoomForTheNetwork() {
    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
    node.netlink().linkAdd(LinkSpec.of(NAT, new LinkKind.Bridge()));
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isNotEmpty();
    drift.clear();

    rename(node, NAT);

    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(plane.reconcile(nodeSpec(), drift.remove().scope()).of("red").problems()).isEmpty();
    assertThat(node.link("elsewhere").alias()).isEmpty();
  }

  @Test
  void anEndpointGetsTheNameThatARenamedForeignDeviceGaveUp() {
    String end = hostEnd(node, NAT);
    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
    node.netlink().linkAdd(LinkSpec.of(end, new LinkKind.Bridge()));
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isNotEmpty();
    drift.clear();

    rename(node, end);

    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(plane.reconcile(nodeSpec(), drift.remove().scope()).of("red").problems()).isEmpty();
    assertThat(b.link("eth0").isUp()).isTrue();
  }

  @Test
  void aForeignBridgeOfTheDesiredNameIsNamedAndNeverTouched() {
    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
    node.netlink().linkAdd(LinkSpec.of(NAT, new LinkKind.Bridge()));
    Map<String, Object> before = node.everything();
    NetworkSpec red = TestSpecs.pick(nodeSpec(), "red");

    ReconcileOutcome outcome = plane.reconcile(TestSpecs.of("red", red), PassScope.EVERYTHING);

    assertThat(outcome.of("red").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString()).contains(NAT, "mark");
        });
    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
    assertThat(node.everything()).isEqualTo(before);
  }
}
