package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.kernel.Observation;
import dev.weft.agent.dataplane.kernel.Underlays;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.api.IpFamily;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Route;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnel address of a node with two interfaces. */
class UnderlayTest {
  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final DataPlane plane = lab.plane(node);

  @BeforeEach
  void nodeHasTwoInterfaces() {
    Box world = lab.box("world");
    lab.cable(world, "w0", node, "front");
    lab.cable(world, "w1", node, "back");
    node.address("front", "203.0.113.2/24");
    node.address("back", "192.0.2.2/24");
    node.address("back", "fd01::2/64");
    node.route("198.51.100.0/24", "192.0.2.1");
    plane.reconcile(
        TestSpecs.of(
            "red",
            TestSpecs.network(TestSpecs.bridge(2, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")))),
        PassScope.EVERYTHING);
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static UnderlayChoice choice(List<String> cidrs, Optional<String> name) {
    return new UnderlayChoice(
        cidrs.stream().map(IpPrefix::parse).toList(),
        name,
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  /** The choice of an agent whose Mesh sets no underlay. */
  private static UnderlayChoice undecided(String apiServer, String... declared) {
    return new UnderlayChoice(
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Stream.of(declared).map(IpPrefix::parseAddress).toList(),
        Optional.of(IpPrefix.parseAddress(apiServer)));
  }

  private String chosen(UnderlayChoice choice) {
    return text(plane.underlay(choice));
  }

  private static String text(LocalVtep vtep) {
    return switch (vtep) {
      case LocalVtep.Found found -> found.vtep().getHostAddress() + " on " + found.interfaceName();
      case LocalVtep.Missing missing -> missing.reason();
    };
  }

  @Test
  void isTheFirstBlocksAddress() {
    assertThat(chosen(choice(List.of("172.16.0.0/12", "192.0.2.0/24"), Optional.empty())))
        .isEqualTo("192.0.2.2 on back");
  }

  @Test
  void isTheInterfacesAddressIpv4First() {
    assertThat(chosen(choice(List.of(), Optional.of("back")))).isEqualTo("192.0.2.2 on back");
  }

  @Test
  void isOfTheDesiredFamily() {
    assertThat(
            chosen(
                new UnderlayChoice(
                    List.of(),
                    Optional.of("back"),
                    Optional.of(IpFamily.IPV6),
                    List.of(),
                    Optional.empty())))
        .isEqualTo("fd01:0:0:0:0:0:0:2 on back");
  }

  @Test
  void isElseAnInternalAddressOfItsNode() {
    assertThat(chosen(undecided("198.51.100.7", "203.0.113.99", "fd01::2", "203.0.113.2")))
        .isEqualTo("203.0.113.2 on front");
    assertThat(chosen(undecided("198.51.100.7", "fd01::2")))
        .isEqualTo("fd01:0:0:0:0:0:0:2 on back");
  }

  @Test
  void isElseTheAddressThatReachesTheApiServer() {
    assertThat(chosen(undecided("198.51.100.7", "203.0.113.99"))).isEqualTo("192.0.2.2 on back");
  }

  /** kube-proxy in IPVS mode: a dummy, up or down, holds the addresses of all Services. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isNeverAnAddressOfAService(boolean up) {
    node.netlink().linkAdd(LinkSpec.of("kube-ipvs0", new LinkKind.Bridge()));
    int ipvs = node.link("kube-ipvs0").index();
    node.netlink().addressAdd(Address.of(ipvs, IpPrefix.parse("10.96.0.1/32")));
    node.netlink().addressAdd(Address.of(ipvs, IpPrefix.parse("10.96.7.7/32")));
    node.netlink().linkSet(ipvs, LinkSettings.builder().up(up).build());

    assertThat(beside(undecided("10.96.0.1", "10.96.7.7", "10.96.0.1")))
        .contains("no address of the node is an InternalIP of its Node", "its default route");
    node.route("0.0.0.0/0", "203.0.113.1");
    assertThat(beside(undecided("10.96.0.1"))).isEqualTo("203.0.113.2 on front");
    assertThat(beside(undecided("10.96.0.1", "10.96.0.1", "192.0.2.2")))
        .isEqualTo("192.0.2.2 on back");
    UnderlayChoice wide =
        new UnderlayChoice(
            List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("192.0.2.0/24")),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.of(IpPrefix.parseAddress("10.96.0.1")));
    assertThat(beside(wide)).isEqualTo("192.0.2.2 on back");
  }

  /**
   * The choice on this node, with kube-ipvs0 as a dummy, because not every kernel has that kind.
   */
  private String beside(UnderlayChoice choice) {
    List<Link> links =
        node.netlink().links().stream()
            .map(each -> each.name().equals("kube-ipvs0") ? dummy(each) : each)
            .toList();
    Observation.View seen =
        new Observation.View(links, node.netlink().addresses(), node.netlink().routes());
    return text(new Underlays(seen, choice).choose(choice.reaches()));
  }

  private static Link dummy(Link link) {
    return new Link(
        link.index(),
        link.name(),
        new LinkKind.Dummy(),
        link.mtu(),
        link.alias(),
        link.address(),
        link.permanentAddress(),
        link.master(),
        link.parent(),
        link.parentNamespace(),
        link.flags(),
        link.promiscuity(),
        link.carrier(),
        link.txQueueLength(),
        link.group(),
        link.port(),
        link.ipv4(),
        link.ipv6(),
        link.addressGeneration());
  }

  /** A control-plane node that currently holds the API server's address. */
  @Test
  void isNotTheApiServersAddressWhereAnotherIsOnTheWayOut() {
    node.address("front", "203.0.113.77/32");
    assertThat(chosen(undecided("203.0.113.77"))).isEqualTo("203.0.113.77 on front");

    node.netlink()
        .routeAdd(
            Route.to(IpPrefix.parse("0.0.0.0/0")).via(IpPrefix.parseAddress("192.0.2.1")).build());
    assertThat(chosen(undecided("203.0.113.77"))).isEqualTo("192.0.2.2 on back");
  }

  /** Routing on the host: the address is on {@code lo}, and the routes name it. */
  @Test
  void isTheSourceThatTheDefaultRouteNames() {
    node.address("lo", "198.18.0.1/32");
    node.netlink()
        .routeAdd(
            Route.to(IpPrefix.parse("0.0.0.0/0"))
                .via(IpPrefix.parseAddress("203.0.113.1"))
                .source(IpPrefix.parseAddress("198.18.0.1"))
                .build());

    assertThat(chosen(undecided("203.0.113.2"))).isEqualTo("198.18.0.1 on lo");
  }

  @Test
  void isNeverOnADeviceOfOurs() {
    assertThat(chosen(choice(List.of("10.77.0.0/24"), Optional.empty())))
        .contains("no address of the node lies in any of the blocks [10.77.0.0/24]", "203.0.113.2");
  }

  @Test
  void reportsTheNodesRoutesWithoutWefts() {
    assertThat(plane.underlay(choice(List.of(), Optional.of("front"))))
        .isInstanceOfSatisfying(
            LocalVtep.Found.class,
            found ->
                assertThat(found.routes())
                    .extracting(IpPrefix::toString)
                    .contains("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
                    .doesNotContain("10.77.0.0/24"));
  }

  /** The scopes reported up to an address of one of Weft's devices. */
  private List<PassScope> heardOf(Runnable change) {
    Queue<DriftEvent> heard = new ConcurrentLinkedQueue<>();
    plane.onDrift(heard::add);
    LocalVtep _ = plane.underlay(choice(List.of(), Optional.of("front")));
    change.run();
    node.netlink()
        .addressAdd(
            Address.of(node.link("wb-000000020000").index(), IpPrefix.parse("10.77.0.200/24")));
    Awaitility.await()
        .until(() -> heard.stream().anyMatch(each -> each.what().contains("10.77.0.200")));
    return heard.stream()
        .filter(each -> !each.what().contains("10.77.0.200"))
        .map(DriftEvent::scope)
        .toList();
  }

  @Test
  void aLaterRouteIsDetected() {
    assertThat(heardOf(() -> node.route("10.9.0.0/16", "203.0.113.1")))
        .containsExactly(PassScope.UNDERLAY);
  }

  @Test
  void aLaterAddressIsDetected() {
    assertThat(heardOf(() -> node.address("front", "203.0.113.77/24")))
        .containsExactly(PassScope.UNDERLAY);
  }

  @Test
  void aRemovedAddressIsReportedOnce() {
    assertThat(
            heardOf(() ->
                node.netlink()
                    .addressDelete(
                        Address.of(node.link("back").index(), IpPrefix.parse("192.0.2.2/24")))))
        .containsExactly(PassScope.UNDERLAY);
  }

  @Test
  void anotherWayOutIsNewsForTheNetworksThatUseIt() {
    Queue<DriftEvent> heard = new ConcurrentLinkedQueue<>();
    plane.onDrift(heard::add);
    LocalVtep _ = plane.underlay(choice(List.of(), Optional.of("front")));

    node.route("0.0.0.0/0", "203.0.113.1");

    Awaitility.await().until(() -> !heard.isEmpty());
    assertThat(heard)
        .extracting(DriftEvent::scope)
        .singleElement()
        .matches(scope -> scope.hasWhole("red") && scope.hasUnderlay());
  }

  @Test
  void whatWasSeenAndTheRoutesOfPodsAreNoNews() {
    lab.cable(node, "cali1", lab.box("pod"), "eth0");

    assertThat(
            heardOf(() -> {
              // the same route again, as after a router's next advertisement
              node.netlink()
                  .routeReplace(
                      Route.to(IpPrefix.parse("198.51.100.0/24"))
                          .via(IpPrefix.parseAddress("192.0.2.1"))
                          .build());
              node.netlink()
                  .routeAdd(
                      Route.to(IpPrefix.parse("10.244.0.2/32"))
                          .link(node.link("cali1").index())
                          .build());
            }))
        .isEmpty();
  }
}
