package dev.weft.agent.dataplane.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.TestSpecs;
import dev.weft.agent.dataplane.VxlanCapture;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.KeySpec;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.OverlayTunnel;
import dev.weft.api.Subnet;
import dev.weft.mesh.RemoteEndpoint;
import dev.weft.mesh.keys.KeyTarget;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.rtnl.FdbEntry;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Neighbour;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An overlay over three nodes, in the kernel and with real packets. */
class OverlayDriverTest {
  private static final Subnet SUBNET = TestSpecs.subnet("10.88.0.0/24");
  private static final int VNI = 4242;

  private final KernelLab lab = new KernelLab();
  private final Box wire = lab.box("wire");
  private final Box first = node(1);
  private final Box second = node(2);
  private final Box third = node(3);
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane onFirst = lab.plane(first);
  private final DataPlane onSecond = lab.plane(second);

  private Box node(int number) {
    if (number == 1) {
      wire.netlink().linkAdd(LinkSpec.of("lan", new LinkKind.Bridge()));
      wire.up("lan");
    }
    Box node = lab.box("node" + number);
    lab.cable(wire, "n" + number, node, "uplink");
    wire.netlink()
        .linkSet(
            wire.link("n" + number).index(),
            dev.weft.netlink.rtnl.LinkSettings.builder().master(wire.link("lan").index()).build());
    node.address("uplink", vtep(number) + "/24");
    return node;
  }

  private static String vtep(int number) {
    return "192.0.2." + number;
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private NetworkSpec blue(LocalEndpoint... endpoints) {
    return TestSpecs.network(TestSpecs.overlay(1, VNI, SUBNET), endpoints);
  }

  private NodeSpec specOfFirst() {
    return TestSpecs.from(
        vtep(1),
        Map.of(
            "blue",
            TestSpecs.with(
                blue(TestSpecs.endpoint(a, "eth0", "10.88.0.2/24")),
                TestSpecs.remote("10.88.0.3", vtep(2)),
                // An endpoint that does not exist, so that a flood would also reach the third node.
                TestSpecs.remote("10.88.0.4", vtep(3)))));
  }

  private NodeSpec specOfSecond() {
    return TestSpecs.from(
        vtep(2),
        Map.of(
            "blue",
            TestSpecs.with(
                blue(TestSpecs.endpoint(b, "eth0", "10.88.0.3/24")),
                TestSpecs.remote("10.88.0.2", vtep(1)))));
  }

  private static void make(DataPlane plane, NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
  }

  @BeforeEach
  void bothNodesCarryTheNetwork() {
    make(onFirst, specOfFirst());
    make(onSecond, specOfSecond());
  }

  @Test
  void sandboxesOfTwoNodesReachEachOther() {
    assertThat(a.reaches(b, "10.88.0.3")).isTrue();
    assertThat(b.reaches(a, "10.88.0.2")).isTrue();
  }

  @Test
  void theMtuIsWhatTheUnderlayLeavesRoomFor() {
    assertThat(a.link("eth0").mtu()).isEqualTo(1450);
    assertThat(first.link("wv-000000010000").mtu()).isEqualTo(1450);
  }

  @Test
  void aKnownAddressIsNeitherAskedForNorFlooded() {
    try (VxlanCapture capture = VxlanCapture.of(third, "uplink")) {
      assertThat(a.reaches(b, "10.88.0.3")).isTrue();
      assertThat(capture.vxlanFrames()).isZero();
      // The same capture sees flooded frames, such as a request for an unknown address.
      assertThat(a.reaches(b, "10.88.0.3")).isTrue();
      a.netlink().routes();
      VxlanCapture.ask(a, "10.88.0.99");
      capture.awaitVxlanFrame();
    }
  }

  @Test
  void everyKnownEndpointHasItsEntries() {
    MacAddress mac = TestSpecs.remote("10.88.0.3", vtep(2)).mac();
    InetAddress peer = IpPrefix.parseAddress(vtep(2));
    int tunnel = first.link("wv-000000010000").index();
    int bridge = first.link("wb-000000010000").index();

    assertThat(first.netlink().fdb(tunnel))
        .anyMatch(entry -> entry.mac().equals(mac) && peer.equals(entry.destination()))
        .anyMatch(entry -> entry.mac().equals(mac) && entry.state() == FdbEntry.State.STATIC)
        .anyMatch(entry -> entry.mac().equals(MacAddress.ZERO) && peer.equals(entry.destination()));
    assertThat(first.netlink().neighbours())
        .contains(Neighbour.permanent(bridge, IpPrefix.parseAddress("10.88.0.3"), mac));
  }

  @Test
  void anEndpointThatMovesIsFollowedAndOneThatGoesLeavesNothing() {
    NodeSpec before = specOfFirst();
    NetworkSpec blue = TestSpecs.pick(before, "blue");
    NodeSpec moved =
        TestSpecs.from(
            vtep(1), Map.of("blue", TestSpecs.with(blue, TestSpecs.remote("10.88.0.3", vtep(3)))));

    ReconcileOutcome outcome =
        onFirst.reconcile(
            moved, PassScope.endpoints(Map.of("blue", Set.of("net.10.88.0.3", "net.10.88.0.4"))));

    assertThat(outcome.of("blue").problems()).isEmpty();
    assertThat(onFirst.plan(moved)).isEmpty();
    assertThat(first.netlink().fdb(first.link("wv-000000010000").index()))
        .noneMatch(entry -> IpPrefix.parseAddress(vtep(2)).equals(entry.destination()));
  }

  @Test
  void anInterfaceOfTwoAddressesThatMovesInOnePassKeepsItsForwarding() {
    NodeSpec nodeSpec = specOfFirst();
    NetworkSpec blue = TestSpecs.pick(nodeSpec, "blue");
    onFirst.reconcile(withPair(blue, vtep(2)), PassScope.EVERYTHING);
    NodeSpec moved = withPair(blue, vtep(3));

    ReconcileOutcome outcome =
        onFirst.reconcile(
            moved, PassScope.endpoints(Map.of("blue", Set.of("net.10.88.0.3", "net.10.88.0.5"))));

    assertThat(outcome.of("blue").problems()).isEmpty();
    assertThat(first.netlink().fdb(first.link("wv-000000010000").index()))
        .anyMatch(entry ->
            entry.mac().equals(TestSpecs.remote("10.88.0.3", vtep(3)).mac())
                && IpPrefix.parseAddress(vtep(3)).equals(entry.destination()));
    assertThat(onFirst.plan(moved)).isEmpty();
  }

  /** One remote interface with two addresses. */
  private static NodeSpec withPair(NetworkSpec blue, String vtep) {
    RemoteEndpoint one = TestSpecs.remote("10.88.0.3", vtep);
    return TestSpecs.from(
        vtep(1),
        Map.of(
            "blue",
            TestSpecs.with(
                blue,
                one,
                new RemoteEndpoint(IpPrefix.parseAddress("10.88.0.5"), one.mac(), one.vtep()))));
  }

  @Test
  void afterARestartNothingIsToDo() {
    DataPlane restarted = lab.plane(first);

    assertThat(restarted.plan(specOfFirst())).isEmpty();
    assertThat(restarted.reconcile(specOfFirst(), PassScope.EVERYTHING).changes()).isEmpty();
  }

  @Test
  void aDeletedNetworkLeavesTheNodeAsItWas() {
    onFirst.reconcile(TestSpecs.from(vtep(1), Map.of()), PassScope.EVERYTHING);
    Map<String, Object> before = first.everything();
    make(onFirst, specOfFirst());

    onFirst.reconcile(TestSpecs.from(vtep(1), Map.of()), PassScope.EVERYTHING);

    assertThat(first.everything()).isEqualTo(before);
  }

  @Test
  void aForeignDeviceWithTheVniIsNamedAndLeftAlone() {
    third.netlink().linkAdd(LinkSpec.of("flannel.1", LinkKind.Vxlan.vni(VNI).port(4789).build()));
    Map<String, Object> before = third.everything();
    DataPlane plane = lab.plane(third);

    ReconcileOutcome outcome =
        plane.reconcile(TestSpecs.from(vtep(3), Map.of("blue", blue())), PassScope.EVERYTHING);

    assertThat(outcome.of("blue").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString()).contains("'flannel.1'", "4242", "4789");
        });
    assertThat(third.everything()).isEqualTo(before);
  }

  @Test
  void aForeignDeviceIsNamedWithoutWhatATerminalObeys() throws Exception {
    Process process =
        new ProcessBuilder(
                "nsenter",
                "--net=" + third.file(),
                "sh",
                "-c",
                "ip link add \"$(printf 'x\\033[2J')\" type vxlan id %d dstport 4789"
                    .formatted(VNI))
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();

    ReconcileOutcome outcome =
        lab.plane(third)
            .reconcile(TestSpecs.from(vtep(3), Map.of("blue", blue())), PassScope.EVERYTHING);

    assertThat(outcome.of("blue").problems().toString()).contains("'x?[2J'");
  }

  @Test
  void aPortInUseIsNamed() {
    ReconcileOutcome outcome =
        VxlanCapture.withUdpPort(
            third,
            4789,
            () ->
                lab.plane(third)
                    .reconcile(
                        TestSpecs.from(vtep(3), Map.of("blue", blue())), PassScope.EVERYTHING));

    assertThat(outcome.of("blue").problems())
        .anySatisfy(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString())
              .contains("UDP port 4789", "process " + ProcessHandle.current().pid());
        });
  }

  @Test
  void anEncryptedNetworkIsRefusedRatherThanSentInClear() {
    ReconcileOutcome outcome =
        onFirst.reconcile(
            TestSpecs.from(vtep(1), Map.of("secret", TestSpecs.network(encrypted()))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("secret").isStalled()).isTrue();
    assertThat(first.netlink().links()).noneMatch(link -> link.name().startsWith("w"));
    assertThat(first.ruleset()).contains("udp dport 4790 rt ipsec missing drop");
  }

  @Test
  void aKernelThatCanNotEncryptIsReportedWithWhatItLacks() {
    reportsAsLacking(
        "esp, aes-gcm", Optional.empty(), List.of("esp", "esp6", "aes-gcm", "macvlan"));
    reportsAsLacking("esp-in-udp", Optional.of(4500), List.of("esp-in-udp", "esp6-in-udp"));
  }

  private void reportsAsLacking(String lacks, Optional<Integer> udpPort, List<String> missing) {
    NodeSpec clear = TestSpecs.from(vtep(3), Map.of("secret", TestSpecs.network(encrypted())));
    KeySpec keys =
        new KeySpec(
            KeyTarget.first(udpPort),
            Map.of(),
            Long.MAX_VALUE,
            new dev.weft.api.Kernel("6.18", missing),
            Optional.empty());
    KeyFile file = new KeyFile(Path.of("/dev/shm", third.name()));
    try (DataPlane plane = DataPlane.open(third.file(), file)) {
      ReconcileOutcome outcome =
          plane.reconcile(
              new NodeSpec(clear.node(), clear.vtep(), clear.networks(), true, Optional.of(keys)),
              PassScope.EVERYTHING);

      assertThat(outcome.of("secret").problems())
          .singleElement()
          .satisfies(problem -> {
            assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
            assertThat(problem.toString())
                .contains(
                    "the node's kernel lacks %s, and encrypted networks never send in clear"
                        .formatted(lacks));
          });
      assertThat(outcome.keys()).isEqualTo(ReconcileOutcome.Keys.NONE);
    }
    assertThat(third.netlink().links()).noneMatch(link -> link.name().startsWith("w"));
    assertThat(file.path()).doesNotExist();
  }

  @Test
  void aClearNetworkGetsNoPortOfEncryptedOnes() {
    var clash =
        HostNetworkSpecBuilder.builder(TestSpecs.overlay(8, 7001, SUBNET))
            .overlay(new OverlayTunnel(7001, 4790, false))
            .build();
    ReconcileOutcome outcome =
        onFirst.reconcile(
            TestSpecs.from(
                vtep(1),
                Map.of("secret", TestSpecs.network(encrypted()), "open", TestSpecs.network(clash))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("open").problems().toString()).contains("UDP port 4790");
  }

  private static HostNetworkSpec encrypted() {
    return HostNetworkSpecBuilder.builder(TestSpecs.overlay(7, 7000, SUBNET))
        .overlay(new OverlayTunnel(7000, 4790, true))
        .build();
  }
}
