package dev.weft.agent.dataplane.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.TestSpecs;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.BridgeOptions;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.netlink.IpPrefix;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bridge network of one node, in the kernel and with real packets. */
class BridgeDriverTest {
  private static final String WORLD = "203.0.113.1";
  private static final String NODE = "203.0.113.2";

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box world = lab.box("world");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(world, "w0", node, "uplink");
    world.address("w0", WORLD + "/24");
    node.address("uplink", NODE + "/24");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static final dev.weft.api.Subnet SUBNET = TestSpecs.subnet("10.77.0.0/24", "10.77.0.1");

  private NetworkSpec twoSandboxes(BridgeOptions options) {
    return TestSpecs.network(
        TestSpecs.bridge(1, options, SUBNET),
        TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"),
        TestSpecs.endpoint(b, "eth0", "10.77.0.3/24"));
  }

  private static BridgeOptions options(Boolean masquerade, Boolean icc, String mode) {
    return new BridgeOptions(null, masquerade, icc, mode);
  }

  private void make(NetworkSpec network) {
    ReconcileOutcome outcome = plane.reconcile(TestSpecs.of("blue", network), PassScope.EVERYTHING);
    assertThat(outcome.of("blue").problems()).isEmpty();
  }

  @Test
  void sandboxesReachEachOtherTheNodeAndTheWorldBehindTheNodesAddress() {
    make(twoSandboxes(options(true, true, "NAT")));

    assertThat(a.connectsTo(b, "10.77.0.3")).contains(IpPrefix.parseAddress("10.77.0.2"));
    assertThat(a.reaches(node, "10.77.0.1")).isTrue();
    assertThat(a.connectsTo(world, WORLD)).contains(IpPrefix.parseAddress(NODE));
  }

  @Test
  void theWorldDoesNotReachSandboxesBehindNat() {
    make(twoSandboxes(options(true, true, "NAT")));
    world.route("10.77.0.0/24", NODE);

    assertThat(world.reaches(a, "10.77.0.2")).isFalse();
  }

  @Test
  void routedSandboxesKeepTheirAddressAndAreReached() {
    make(twoSandboxes(options(true, true, "Routed")));
    world.route("10.77.0.0/24", NODE);

    assertThat(a.connectsTo(world, WORLD)).contains(IpPrefix.parseAddress("10.77.0.2"));
    assertThat(world.reaches(a, "10.77.0.2")).isTrue();
  }

  @Test
  void withoutInterContainerTrafficSandboxesReachOnlyTheGateway() {
    make(twoSandboxes(options(true, false, "NAT")));

    assertThat(a.reaches(b, "10.77.0.3")).isFalse();
    assertThat(a.reaches(node, "10.77.0.1")).isTrue();
    assertThat(a.reaches(world, WORLD)).isTrue();
  }

  @Test
  void anInternalNetworkHasNoWayOut() {
    NetworkSpec open = twoSandboxes(options(true, true, "NAT"));
    make(
        new NetworkSpec(
            open.uid(),
            HostNetworkSpecBuilder.builder(open.spec()).internal(true).build(),
            open.local(),
            Map.of()));
    a.route("0.0.0.0/0", "10.77.0.1");

    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(a.reaches(world, WORLD)).isFalse();
  }

  @Test
  void anIsolatedGatewayLeavesTheBridgeWithoutAddress() {
    make(twoSandboxes(options(true, true, "Isolated")));

    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(node.netlink().addresses())
        .noneMatch(address -> address.prefix().toString().startsWith("10.77."));
  }

  @Test
  void twoNetworksDoNotReachEachOther() {
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of(
                Map.of(
                    "blue",
                    TestSpecs.network(
                        TestSpecs.bridge(1, SUBNET), TestSpecs.endpoint(a, "eth0", "10.77.0.2/24")),
                    "red",
                    TestSpecs.network(
                        TestSpecs.bridge(
                            2,
                            options(false, true, "Routed"),
                            TestSpecs.subnet("10.78.0.0/24", "10.78.0.1")),
                        TestSpecs.endpoint(b, "eth0", "10.78.0.2/24")))),
            PassScope.EVERYTHING);

    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
    assertThat(a.reaches(b, "10.78.0.2")).isFalse();
    assertThat(b.reaches(a, "10.77.0.2")).isFalse();
    assertThat(b.reaches(node, "10.78.0.1")).isTrue();
  }

  @Test
  void dualStackSandboxesReachEachOtherByBothFamilies() {
    LocalEndpoint first = TestSpecs.endpoint(a, "eth0", "10.77.0.2/24");
    LocalEndpoint second = TestSpecs.endpoint(b, "eth0", "10.77.0.3/24");
    make(
        TestSpecs.network(
            TestSpecs.bridge(1, SUBNET, TestSpecs.subnet("fd77::/64", "fd77::1")),
            with(first, "fd77::2/64"),
            with(second, "fd77::3/64")));

    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(a.reaches(b, "fd77::3")).isTrue();
    assertThat(a.reaches(node, "fd77::1")).isTrue();
  }

  private static LocalEndpoint with(LocalEndpoint endpoint, String address) {
    return new LocalEndpoint(
        endpoint.id(),
        endpoint.sandbox(),
        endpoint.interfaceName(),
        endpoint.mac(),
        java.util.List.of(endpoint.addresses().getFirst(), IpPrefix.parse(address)),
        true);
  }

  @Test
  void aDeletedNetworkLeavesTheNodeAsItWas() {
    make(twoSandboxes(options(true, true, "Routed")));
    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
    Map<String, Object> before = node.everything();
    make(twoSandboxes(options(true, true, "NAT")));
    assertThat(node.everything()).isNotEqualTo(before);

    plane.reconcile(TestSpecs.none(), PassScope.networks(java.util.Set.of("blue")));

    assertThat(node.everything()).isEqualTo(before);
    assertThat(a.netlink().links()).hasSize(1);
  }

  @Test
  void afterARestartNothingIsToDo() {
    NodeSpec nodeSpec = TestSpecs.of("blue", twoSandboxes(options(true, true, "NAT")));
    plane.reconcile(nodeSpec, PassScope.EVERYTHING);

    DataPlane restarted = lab.plane(node);

    assertThat(restarted.plan(nodeSpec)).isEmpty();
    assertThat(restarted.reconcile(nodeSpec, PassScope.EVERYTHING).changes()).isEmpty();
  }

  @Test
  void anEndpointComesAndGoesWithoutALookAtTheRest() {
    NetworkSpec one =
        TestSpecs.network(
            TestSpecs.bridge(1, SUBNET), TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"));
    NetworkSpec two = twoSandboxes(options(true, true, "NAT"));
    plane.reconcile(TestSpecs.of("blue", one), PassScope.EVERYTHING);
    PassScope second = PassScope.endpoints(Map.of("blue", java.util.Set.of(b.name() + ".eth0")));

    ReconcileOutcome come = plane.reconcile(TestSpecs.of("blue", two), second);

    assertThat(come.of("blue").problems()).isEmpty();
    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(plane.plan(TestSpecs.of("blue", two))).isEmpty();

    plane.reconcile(TestSpecs.of("blue", one), second);

    assertThat(b.netlink().links()).hasSize(1);
    assertThat(plane.plan(TestSpecs.of("blue", one))).isEmpty();
  }

  @Test
  void anInterfaceIsDownUntilItHasAnAddressAndGoesIfItGetsNone() {
    LocalEndpoint endpoint = TestSpecs.endpoint(a, "eth0", "10.77.0.2/24");
    NetworkSpec network = TestSpecs.network(TestSpecs.bridge(1, SUBNET));
    NodeSpec nodeSpec = TestSpecs.of("blue", network);
    PassScope it = PassScope.endpoints(Map.of("blue", java.util.Set.of(endpoint.id())));
    plane.reconcile(nodeSpec, PassScope.EVERYTHING);

    plane.reconcile(TestSpecs.with(nodeSpec, "blue", TestSpecs.bare(endpoint)), it);
    int index = a.link("eth0").index();
    assertThat(a.link("eth0").isUp()).isFalse();
    assertThat(a.netlink().addresses()).noneMatch(each -> each.link() == index);
    assertThat(plane.plan(nodeSpec)).isEmpty();
    plane.reconcile(TestSpecs.with(nodeSpec, "blue", endpoint), it);

    assertThat(a.link("eth0").index()).isEqualTo(index);
    assertThat(a.reaches(node, "10.77.0.1")).isTrue();
    assertThat(plane.plan(nodeSpec)).isEmpty();

    network.local().clear();
    plane.reconcile(nodeSpec, it);
    plane.reconcile(TestSpecs.with(nodeSpec, "blue", TestSpecs.bare(endpoint)), it);
    network.local().clear();
    plane.reconcile(nodeSpec, it);

    assertThat(a.netlink().links()).hasSize(1);
    assertThat(lab.plane(node).plan(nodeSpec)).isEmpty();
  }

  @Test
  void aSandboxThatIsGoneIsAProblemOfItsEndpointAlone() {
    LocalEndpoint ghost =
        new LocalEndpoint(
            "ghost",
            java.nio.file.Path.of("/run/netns/weft-test-nowhere"),
            "eth0",
            dev.weft.netlink.MacAddress.parse("02:42:0a:4d:00:09"),
            java.util.List.of(IpPrefix.parse("10.77.0.9/24")),
            true);
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.of(
                "blue",
                TestSpecs.network(
                    TestSpecs.bridge(1, SUBNET),
                    TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"),
                    ghost)),
            PassScope.EVERYTHING);

    assertThat(outcome.of("blue").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.endpoint()).isEqualTo("ghost");
          assertThat(problem.cure()).isEqualTo(Problem.Cure.RETRY);
        });
    assertThat(a.reaches(node, "10.77.0.1")).isTrue();
  }

  @Test
  void theDryRunPrintsALineForEachChangeAndChangesNothing() {
    Map<String, Object> before = node.everything();

    var plan = plane.plan(TestSpecs.of("blue", twoSandboxes(options(true, true, "NAT"))));

    assertThat(plan)
        .extracting(Object::toString)
        .anyMatch(line -> line.startsWith("create wb-000000010000: bridge"))
        .anyMatch(line -> line.startsWith("create packet filter, table inet weft"))
        .anyMatch(line -> line.contains("address 10.77.0.2/24 on eth0 in " + a.file()));
    assertThat(node.everything()).isEqualTo(before);
  }
}
