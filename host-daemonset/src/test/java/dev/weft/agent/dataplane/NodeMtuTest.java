package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.model.Change;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.NetworkOutcome;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.api.HostNetworkSpec;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.LinkSettings;
import java.net.Inet6Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks on nodes whose interfaces have a smaller or larger MTU than 1500, or no IPv6. */
class NodeMtuTest {
  private static final String BRIDGE = "wb-000000010000";
  private static final dev.weft.api.Subnet IPV4 = TestSpecs.subnet("10.77.0.0/24", "10.77.0.1");
  private static final dev.weft.api.Subnet IPV6 =
      TestSpecs.subnet("2001:db8:77::/64", "2001:db8:77::1");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box world = lab.box("world");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(world, "w0", node, "uplink");
    world.address("w0", "192.0.2.9/24");
    node.address("uplink", "192.0.2.1/24");
    node.route("0.0.0.0/0", "192.0.2.9");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private void uplink(int mtu) {
    setMtu(node, "uplink", mtu);
    setMtu(world, "w0", mtu);
  }

  private static void setMtu(Box box, String link, int mtu) {
    box.netlink().linkSet(box.link(link).index(), LinkSettings.builder().mtu(mtu).build());
  }

  private NetworkOutcome make(HostNetworkSpec spec, LocalEndpoint... endpoints) {
    return plane.reconcile(nodeSpec(spec, endpoints), PassScope.EVERYTHING).of("blue");
  }

  private static NodeSpec nodeSpec(HostNetworkSpec spec, LocalEndpoint... endpoints) {
    return TestSpecs.from("192.0.2.1", Map.of("blue", TestSpecs.network(spec, endpoints)));
  }

  private static HostNetworkSpec bridge(int mtu) {
    return TestSpecs.spec(1, "bridge").subnets(List.of(IPV4)).mtu(mtu).build();
  }

  @Test
  void ipv4WorksBelowTheLeastMtuOfIpv6() {
    NetworkOutcome outcome =
        make(
            bridge(1200),
            TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"),
            TestSpecs.endpoint(b, "eth0", "10.77.0.3/24"));

    assertThat(outcome.problems()).isEmpty();
    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(a.reaches(world, "192.0.2.9")).isTrue();
    assertThat(node.link(BRIDGE).mtu()).isEqualTo(1200);
    assertThat(lab.plane(node).plan(nodeSpec(bridge(1200))))
        .noneMatch(Change.Create.class::isInstance);
  }

  @Test
  void anIpv4OverlayWorksOnANarrowUnderlay() {
    uplink(1300);

    NetworkOutcome outcome =
        make(
            TestSpecs.overlay(1, 4242, TestSpecs.subnet("10.77.0.0/24")),
            TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"));

    assertThat(outcome.problems()).isEmpty();
    assertThat(node.link("wv-000000010000").mtu()).isEqualTo(1250);
    assertThat(a.link("eth0").mtu()).isEqualTo(1250);
  }

  @Test
  void aDeviceThatHadNoRoomForIpv6HasNoAddressWhenItHas() {
    var block = TestSpecs.subnet("10.77.0.0/24");
    LocalEndpoint endpoint = TestSpecs.endpoint(a, "eth0", "10.77.0.2/24");
    HostNetworkSpec wide = TestSpecs.overlay(1, 4242, block);
    NetworkOutcome _ = make(wide, endpoint);
    List<String> before = ipv6OfDevices();
    NetworkOutcome _ = make(HostNetworkSpecBuilder.builder(wide).mtu(1230).build(), endpoint);
    assertThat(node.link("wv-000000010000").mtu()).isEqualTo(1230);

    NetworkOutcome outcome = make(wide, endpoint);

    assertThat(outcome.problems()).isEmpty();
    assertThat(node.link("wv-000000010000").mtu()).isEqualTo(1450);
    assertThat(ipv6OfDevices()).isEqualTo(before).isEmpty();
  }

  /** Addresses of the node itself on the network's devices. */
  private List<String> ipv6OfDevices() {
    return node.netlink().addresses().stream()
        .filter(each -> each.prefix().address() instanceof Inet6Address)
        .filter(each ->
            node.netlink().links().stream()
                .anyMatch(link -> link.index() == each.link() && link.name().startsWith("w")))
        .map(each -> each.prefix().toString())
        .toList();
  }

  @Test
  void ipv6ThatADerivedMtuHasNoRoomForIsRefusedWithItsCure() {
    uplink(1300);
    NetworkOutcome overlay =
        make(
            TestSpecs.overlay(
                1, 4242, TestSpecs.subnet("10.77.0.0/24"), TestSpecs.subnet("2001:db8:77::/64")));

    assertThat(overlay.isStalled()).isTrue();
    assertThat(overlay.problems())
        .singleElement()
        .asString()
        .contains("IPv6", "1280", "1250", "raise the MTU of the node's interface by 30");

    uplink(1270);
    assertThat(make(TestSpecs.bridge(1, IPV4, IPV6)).problems())
        .singleElement()
        .asString()
        .contains("IPv6", "1280", "1270", "by 10");
  }

  @Test
  void ipv6IsSwitchedOnForWhatWasAskedToHaveIt() {
    for (Box box : List.of(node, a, b)) {
      box.set("net/ipv6/conf/all/disable_ipv6", "1");
      box.set("net/ipv6/conf/default/disable_ipv6", "1");
    }
    LocalEndpoint one = TestSpecs.endpoint(a, "eth0", "2001:db8:77::2/64");
    LocalEndpoint other = TestSpecs.endpoint(b, "eth0", "2001:db8:77::3/64");

    NetworkOutcome outcome = make(TestSpecs.bridge(1, IPV4, IPV6), one, other);

    assertThat(outcome.problems()).isEmpty();
    assertThat(a.reaches(b, "2001:db8:77::3")).isTrue();
    assertThat(a.reaches(node, "2001:db8:77::1")).isTrue();
    assertThat(node.setting("net/ipv6/conf/uplink/disable_ipv6")).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(ints = {1400, 9000})
  void networksOfTheNodeAloneHaveTheMtuOfItsWayOut(int mtu) {
    uplink(mtu);

    assertThat(
            make(TestSpecs.bridge(1, IPV4), TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"))
                .problems())
        .isEmpty();
    assertThat(node.link(BRIDGE).mtu()).isEqualTo(mtu);
    assertThat(a.link("eth0").mtu()).isEqualTo(mtu);

    assertThat(make(TestSpecs.macvlan(1, null, TestSpecs.subnet("10.77.0.0/24"))).problems())
        .isEmpty();
    assertThat(node.link(BRIDGE).mtu()).isEqualTo(mtu);
  }

  @Test
  void followsTheInterface() {
    NodeSpec nodeSpec = nodeSpec(TestSpecs.bridge(1, IPV4));
    ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();
    plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    plane.onDrift(drift::add);

    uplink(1400);

    Awaitility.await()
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            plane.reconcile(nodeSpec, event.scope());
          }
          return node.link(BRIDGE).mtu() == 1400;
        });
  }

  @Test
  void aTunnelThatStartsAtAnAddressOfNoWireHasTheMtuOfTheWayToItsPeers() {
    uplink(1400);
    node.address("lo", "198.51.100.1/32");
    HostNetworkSpec overlay = TestSpecs.overlay(1, 4242, TestSpecs.subnet("10.77.0.0/24"));
    NodeSpec nodeSpec =
        TestSpecs.from(
            "198.51.100.1",
            Map.of(
                "blue",
                TestSpecs.with(
                    TestSpecs.network(overlay), TestSpecs.remote("10.77.0.9", "198.51.100.2"))));

    assertThat(plane.reconcile(nodeSpec, PassScope.EVERYTHING).of("blue").problems()).isEmpty();
    assertThat(node.link("wv-000000010000").mtu()).isEqualTo(1350);
    assertThat(
            plane.underlay(
                new UnderlayChoice(
                    List.of(IpPrefix.parse("198.51.100.0/24")),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty())))
        .isInstanceOfSatisfying(
            LocalVtep.Found.class, found -> assertThat(found.mtu()).isEqualTo(1400));
  }
}
