package dev.weft.agent.dataplane.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.TestSpecs;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.api.MacvlanOptions;
import dev.weft.api.Subnet;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetlinkException;
import dev.weft.netlink.rtnl.Ipv4Conf;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Neighbour;
import dev.weft.netlink.rtnl.Request;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Macvlan networks of a node, in the kernel and with real packets. */
class MacvlanDriverTest {
  private static final Subnet SUBNET = TestSpecs.subnet("10.99.0.0/24", "10.99.0.1");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box lan = lab.box("lan");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);

  @BeforeEach
  void nodeIsOnALan() {
    lab.cable(lan, "l0", node, "nic");
    lan.address("l0", "10.99.0.1/24");
    node.address("nic", "10.99.0.200/24");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static MacvlanOptions options(@Nullable String parent, String mode) {
    return new MacvlanOptions(parent, mode, null, null);
  }

  private NetworkSpec twoSandboxes(MacvlanOptions options) {
    return TestSpecs.network(
        TestSpecs.macvlan(1, options, SUBNET),
        TestSpecs.endpoint(a, "eth0", "10.99.0.2/24"),
        TestSpecs.endpoint(b, "eth0", "10.99.0.3/24"));
  }

  private NetworkOutcome make(NetworkSpec network) {
    return plane.reconcile(TestSpecs.of("lan", network), PassScope.EVERYTHING).of("lan");
  }

  @Test
  void sandboxesAreStationsOfTheLanAndTheParentStaysAsItIs() {
    Link before = node.link("nic");

    assertThat(make(twoSandboxes(options("nic", "Bridge"))).problems()).isEmpty();

    assertThat(a.connectsTo(lan, "10.99.0.1")).contains(IpPrefix.parseAddress("10.99.0.2"));
    assertThat(a.reaches(b, "10.99.0.3")).isTrue();
    assertThat(lan.reaches(a, "10.99.0.2")).isTrue();
    assertThat(node.link("nic").address()).isEqualTo(before.address());
    assertThat(node.link("nic").isPromiscuous()).isFalse();
  }

  @Test
  void aMacAddressThatTheParentOrAnotherInterfaceHasIsRefusedByItsName() {
    MacAddress taken = MacAddress.parse("02:00:00:00:00:77");
    MacAddress parent = node.link("nic").address();
    LocalEndpoint first = with(TestSpecs.endpoint(a, "eth0", "10.99.0.2/24"), taken);
    LocalEndpoint second = with(TestSpecs.endpoint(b, "eth0", "10.99.0.3/24"), taken);

    assertThat(make(nodeSpec(first)).problems()).isEmpty();
    for (LocalEndpoint each : List.of(second, with(second, parent))) {
      assertThat(make(nodeSpec(first, each)).problems())
          .allSatisfy(problem -> {
            assertThat(problem.endpoint()).contains(second.id());
            assertThat(problem.toString()).doesNotContain("UDP");
          })
          .anySatisfy(problem ->
              assertThat(problem.toString()).contains("MAC address " + each.mac(), "'nic'"));
    }
    assertThat(lan.reaches(a, "10.99.0.2")).isTrue();
  }

  private NetworkSpec nodeSpec(LocalEndpoint... endpoints) {
    return TestSpecs.network(TestSpecs.macvlan(1, options("nic", "Bridge"), SUBNET), endpoints);
  }

  private static LocalEndpoint with(LocalEndpoint endpoint, MacAddress mac) {
    return new LocalEndpoint(
        endpoint.id(),
        endpoint.sandbox(),
        endpoint.interfaceName(),
        mac,
        endpoint.addresses(),
        endpoint.defaultRoute());
  }

  @Test
  void aMarkThatIsLostWhileTheAgentIsAwayCostsNoAddress() {
    NetworkSpec network = twoSandboxes(options("nic", "Bridge"));
    assertThat(make(network).problems()).isEmpty();
    Link made = a.link("eth0");
    a.netlink().linkSet(made.index(), LinkSettings.builder().alias("").group(0).build());

    NodeSpec nodeSpec = TestSpecs.of("lan", network);
    assertThat(lab.plane(node).reconcile(nodeSpec, PassScope.EVERYTHING).of("lan").problems())
        .isEmpty();

    assertThat(a.link("eth0").index()).isEqualTo(made.index());
    assertThat(a.link("eth0").alias()).isEqualTo(made.alias());
    assertThat(a.connectsTo(lan, "10.99.0.1")).contains(IpPrefix.parseAddress("10.99.0.2"));
  }

  @Test
  void anInterfaceObeysNoRouterAndFiltersLoosely() {
    assertThat(make(twoSandboxes(options("nic", "Bridge"))).problems()).isEmpty();

    assertThat(a.setting("net/ipv6/conf/eth0/accept_ra")).isEqualTo("0");
    assertThat(a.setting("net/ipv6/conf/eth0/accept_dad")).isEqualTo("0");
    assertThat(a.link("eth0").ipv4()).containsEntry(Ipv4Conf.RP_FILTER, 2);
  }

  @Test
  void theLanLearnsTheNewHolderOfAnAddressAtOnce() {
    InetAddress address = IpPrefix.parseAddress("10.99.0.2");
    int index = lan.link("l0").index();
    lan.netlink()
        .neighbourSet(
            new Neighbour(
                index, address, MacAddress.parse("02:00:00:00:00:99"), Neighbour.State.STALE));

    assertThat(make(twoSandboxes(options("nic", "Bridge"))).problems()).isEmpty();

    Awaitility.await()
        .until(() ->
            lan.netlink().neighbours().stream()
                .anyMatch(each ->
                    each.address().equals(address) && a.link("eth0").address().equals(each.mac())));
  }

  @Test
  void anInterfaceIsDownUntilItHasAnAddressOfWhichTheLanLearnsThen() {
    LocalEndpoint endpoint = TestSpecs.endpoint(a, "eth0", "10.99.0.2/24");
    NetworkSpec network =
        TestSpecs.network(
            TestSpecs.macvlan(1, options("nic", "Bridge"), SUBNET), TestSpecs.bare(endpoint));
    assertThat(make(network).problems()).isEmpty();
    Link bare = a.link("eth0");
    assertThat(bare.isUp()).isFalse();
    assertThat(a.netlink().addresses()).noneMatch(each -> each.link() == bare.index());
    InetAddress address = IpPrefix.parseAddress("10.99.0.2");
    lan.netlink()
        .neighbourSet(
            new Neighbour(
                lan.link("l0").index(),
                address,
                MacAddress.parse("02:00:00:00:00:99"),
                Neighbour.State.STALE));

    network.local().put(endpoint.id(), endpoint);
    plane.reconcile(
        TestSpecs.of("lan", network), PassScope.endpoints(Map.of("lan", Set.of(endpoint.id()))));

    assertThat(a.link("eth0").index()).isEqualTo(bare.index());
    assertThat(plane.plan(TestSpecs.of("lan", network))).isEmpty();
    Awaitility.await()
        .until(() ->
            lan.netlink().neighbours().stream()
                .anyMatch(
                    each -> each.address().equals(address) && bare.address().equals(each.mac())));
  }

  @Test
  void whatAKilledAgentLeftHalfWayIsCleanedUpAndMade() {
    for (String name : List.of("eth0", "eth7")) {
      node.netlink()
          .execute(
              List.of(
                  new Request.LinkAdd(
                      new LinkSpec(
                          name,
                          new LinkKind.Macvlan(
                              node.link("nic").index(), LinkKind.Macvlan.Mode.BRIDGE),
                          LinkSettings.builder()
                              .group(Owner.GROUP)
                              .namespace(a.namespace())
                              .build()))));
    }

    assertThat(make(twoSandboxes(options("nic", "Bridge"))).problems()).isEmpty();

    assertThat(a.reaches(lan, "10.99.0.1")).isTrue();
    assertThat(a.link("eth0").alias()).isNotEmpty();
    assertThat(a.netlink().link("eth7")).isEmpty();
  }

  @Test
  void privateSandboxesDoNotReachEachOther() {
    assertThat(make(twoSandboxes(options("nic", "Private"))).problems()).isEmpty();

    assertThat(a.reaches(b, "10.99.0.3")).isFalse();
    assertThat(a.reaches(lan, "10.99.0.1")).isTrue();
  }

  @Test
  void withHostAccessTheNodeReachesItsSandboxes() {
    assertThat(make(twoSandboxes(options("nic", "Bridge"))).problems()).isEmpty();
    assertThat(node.reaches(a, "10.99.0.2")).isFalse();

    NetworkOutcome outcome = make(twoSandboxes(new MacvlanOptions("nic", "Bridge", null, true)));

    assertThat(outcome.problems()).isEmpty();
    assertThat(node.reaches(a, "10.99.0.2")).isTrue();
    assertThat(node.reaches(b, "10.99.0.3")).isTrue();
  }

  @Test
  void aNetworkWithoutParentHasNoWayOut() {
    assertThat(make(twoSandboxes(options(null, "Bridge"))).problems()).isEmpty();

    assertThat(a.reaches(b, "10.99.0.3")).isTrue();
    assertThat(a.reaches(lan, "10.99.0.1")).isFalse();
  }

  @Test
  void passthruAcceptsOneSandboxAndReportsTheOther() {
    NetworkOutcome outcome = make(twoSandboxes(options("nic", "Passthru")));

    assertThat(outcome.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.cure()).isEqualTo(Problem.Cure.USER));
    assertThat(a.reaches(lan, "10.99.0.1")).isTrue();
    assertThat(a.link("eth0").address()).isEqualTo(node.link("nic").address());
    assertThat(plane.plan(TestSpecs.of("lan", twoSandboxes(options("nic", "Passthru"))))).isEmpty();
  }

  @Test
  void aMissingParentIsNamed() {
    assertThat(make(twoSandboxes(options("eth7", "Bridge"))).problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString()).contains("spec.macvlan.parent", "'eth7'");
        });
  }

  @Test
  void aParentThatIsDownIsNamedUntilItIsUp() {
    node.down("nic");
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    plane.onDrift(drift::add);
    NodeSpec nodeSpec = TestSpecs.of("lan", twoSandboxes(options("nic", "Bridge")));

    assertThat(plane.reconcile(nodeSpec, PassScope.EVERYTHING).of("lan").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.endpoint()).isEmpty();
          assertThat(problem.toString()).contains("'nic' is down").endsWith("ip link set nic up");
        });

    node.up("nic");
    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(plane.reconcile(nodeSpec, drift.remove().scope()).of("lan").problems()).isEmpty();
    assertThat(a.reaches(lan, "10.99.0.1")).isTrue();
  }

  @Test
  void aParentThatOthersUseIsNoneForPassthruAndThatIsTheEndpointsProblem() {
    node.netlink()
        .linkAdd(
            LinkSpec.of(
                "theirs",
                new LinkKind.Macvlan(node.link("nic").index(), LinkKind.Macvlan.Mode.BRIDGE)));
    LocalEndpoint endpoint = TestSpecs.endpoint(a, "eth0", "10.99.0.2/24");

    NetworkOutcome outcome =
        make(TestSpecs.network(TestSpecs.macvlan(1, options("nic", "Passthru"), SUBNET), endpoint));

    assertThat(outcome.problems())
        .allSatisfy(problem -> assertThat(problem.endpoint()).isEqualTo(endpoint.id()))
        .first()
        .asString()
        .contains("mode Passthru needs a parent for itself", "theirs", "'nic'", "another mode");
  }

  @Test
  void aParentThatIsAPortIsRefused() {
    Link bridge = node.netlink().linkAdd(LinkSpec.of("br0", new LinkKind.Bridge()));
    node.netlink()
        .linkSet(node.link("nic").index(), LinkSettings.builder().master(bridge.index()).build());

    assertThat(make(twoSandboxes(options("nic", "Bridge"))).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.toString()).contains("'nic'", "'br0'"));
  }

  @Test
  void aParentThatReturnsIsBuiltOnAgain() {
    NodeSpec nodeSpec = TestSpecs.of("lan", twoSandboxes(options("nic", "Bridge")));
    plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    plane.onDrift(drift::add);

    node.delete("nic");
    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(plane.reconcile(nodeSpec, drift.remove().scope()).of("lan").isStalled()).isTrue();

    lab.cable(lan, "l0", node, "nic");
    lan.address("l0", "10.99.0.1/24");
    Awaitility.await()
        .until(() -> {
          DriftEvent event = drift.poll();
          return event != null
              && plane.reconcile(nodeSpec, event.scope()).of("lan").problems().isEmpty();
        });
    assertThat(a.reaches(lan, "10.99.0.1")).isTrue();
  }

  @Test
  void afterARestartNothingIsToDo() {
    NodeSpec nodeSpec =
        TestSpecs.of("lan", twoSandboxes(new MacvlanOptions("nic", "Bridge", null, true)));
    plane.reconcile(nodeSpec, PassScope.EVERYTHING);

    assertThat(lab.plane(node).plan(nodeSpec)).isEmpty();
  }

  @Test
  void aDeletedNetworkLeavesTheNodeAsItWas() {
    Map<String, Object> before = node.everything();
    make(twoSandboxes(new MacvlanOptions("nic", "Bridge", null, true)));

    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);

    assertThat(node.everything()).isEqualTo(before);
    assertThat(a.netlink().links()).hasSize(1);
  }

  @Test
  void aVlanOfTheParentIsMadeAndRemoved() {
    assumeTrue(kernelHasVlan(), "this kernel has no links of kind vlan");
    Map<String, Object> before = node.everything();

    assertThat(make(twoSandboxes(options("nic.50", "Bridge"))).problems()).isEmpty();

    assertThat(node.link("nic.50").kind())
        .isEqualTo(new LinkKind.Vlan(node.link("nic").index(), 50));
    assertThat(a.reaches(b, "10.99.0.3")).isTrue();
    plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
    assertThat(node.everything()).isEqualTo(before);
  }

  @Test
  void aVlanThatTheKernelCanNotMakeIsAProblemAndNotAnException() {
    assumeFalse(kernelHasVlan(), "this kernel has links of kind vlan");

    assertThat(make(twoSandboxes(options("nic.50", "Bridge"))).problems()).isNotEmpty();
  }

  private boolean kernelHasVlan() {
    Box probe = lab.box("probe");
    probe.netlink().linkAdd(LinkSpec.of("p", new LinkKind.Bridge()));
    try {
      probe.netlink().linkAdd(LinkSpec.of("p.1", new LinkKind.Vlan(probe.link("p").index(), 1)));
      return true;
    } catch (NetlinkException unknownKind) {
      return false;
    }
  }
}
