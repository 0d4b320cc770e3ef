package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalVtep;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.UnderlayChoice;
import dev.weft.api.IpFamily;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Route;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where the tunnels of a node with two interfaces start. */
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
        cidrs.stream().map(IpPrefix::parse).toList(), name, Optional.empty(), Optional.empty());
  }

  private String chosen(UnderlayChoice choice) {
    return switch (plane.underlay(choice)) {
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
                    List.of(), Optional.of("back"), Optional.of(IpFamily.IPV6), Optional.empty())))
        .isEqualTo("fd01:0:0:0:0:0:0:2 on back");
  }

  @Test
  void isElseTheAddressThatReachesTheApiServer() {
    assertThat(
            chosen(
                new UnderlayChoice(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(IpPrefix.parseAddress("198.51.100.7")))))
        .isEqualTo("192.0.2.2 on back");
  }

  /** kube-proxy in IPVS mode: a device that is down holds the addresses of all Services. */
  @Test
  void isTheWayOutsAddressWhereTheApiServersIsOnTheNodeItself() {
    node.netlink().linkAdd(LinkSpec.of("kube-ipvs0", new LinkKind.Bridge()));
    node.netlink()
        .addressAdd(Address.of(node.link("kube-ipvs0").index(), IpPrefix.parse("10.96.0.1/32")));
    node.route("0.0.0.0/0", "203.0.113.1");

    assertThat(
            chosen(
                new UnderlayChoice(
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(IpPrefix.parseAddress("10.96.0.1")))))
        .isEqualTo("203.0.113.2 on front");
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

  /** What is heard by the time that an address of a device of ours is reported. */
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
              // the same again, as by a router's next advertisement
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
