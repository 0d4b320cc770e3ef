package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.MacvlanOptions;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No device of Weft on the node accepts a route, an address or a redirect from its link. */
class StrangeRouterTest {
  private static final String BRIDGE = "wb-000000010000";
  private static final String SHIM = "ws-000000030000";
  private static final List<String> SETTINGS = List.of("accept_ra", "accept_redirects", "autoconf");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box world = lab.box("world");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);
  private final ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();

  private NodeSpec nodeSpec() {
    return TestSpecs.from(
        "192.0.2.1",
        Map.of(
            "red",
            TestSpecs.network(
                TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")),
                TestSpecs.endpoint(a, "eth0", "10.77.0.2/24")),
            "blue",
            TestSpecs.network(
                TestSpecs.overlay(2, 4242, TestSpecs.subnet("10.88.0.0/24")),
                TestSpecs.endpoint(b, "eth0", "10.88.0.2/24")),
            "lan",
            TestSpecs.network(
                TestSpecs.macvlan(
                    3,
                    new MacvlanOptions("uplink", "Bridge", null, true),
                    TestSpecs.subnet("198.51.100.0/24")))));
  }

  @BeforeEach
  void networksAreLive() {
    lab.cable(world, "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
    ReconcileOutcome outcome = plane.reconcile(nodeSpec(), PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private List<Link> ours() {
    return node.netlink().links().stream().filter(DataPlane::isOurs).toList();
  }

  @Test
  void everyDeviceIsQuiet() {
    assertThat(ours())
        .extracting(Link::name)
        .contains(BRIDGE, SHIM, "wb-000000020000", "wv-000000020000")
        .filteredOn(name -> name.startsWith("we-"))
        .hasSize(2);
    for (Link link : ours()) {
      for (String setting : SETTINGS) {
        assertThat(node.setting("net/ipv6/conf/%s/%s".formatted(link.name(), setting)))
            .as(link.name() + " " + setting)
            .isEqualTo("0");
      }
      assertThat(node.setting("net/ipv4/conf/%s/accept_redirects".formatted(link.name())))
          .isEqualTo("0");
    }
  }

  @Test
  void aPodIsNotTheNodesRouter() {
    Router.advertise(a, "eth0");

    assertThat(a.reaches(node, "10.77.0.1")).as("what came first is through").isTrue();
    assertThat(Router.believed(node, BRIDGE)).isEmpty();
  }

  @Test
  void aStationOfTheLanIsNotTheNodesRouterByTheShim() {
    node.netlink()
        .linkAdd(
            LinkSpec.of(
                "witness",
                new LinkKind.Macvlan(node.link("uplink").index(), LinkKind.Macvlan.Mode.BRIDGE)));
    node.up("witness");

    Awaitility.await()
        .until(() -> {
          Router.advertise(world, "w0");
          return !Router.believed(node, "witness").isEmpty();
        });
    assertThat(Router.believed(node, SHIM)).isEmpty();
  }

  @Test
  void acceptRaSwitchedOnIsRevertedWithItsRoutes() {
    plane.onDrift(drift::add);
    node.set("net/ipv6/conf/" + BRIDGE + "/forwarding", "0");
    node.set("net/ipv6/conf/" + BRIDGE + "/accept_ra", "1");
    node.set("net/ipv6/conf/" + BRIDGE + "/autoconf", "1");

    Awaitility.await()
        .until(() -> {
          Router.advertise(a, "eth0");
          return !drift.isEmpty();
        });
    Awaitility.await()
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            plane.reconcile(nodeSpec(), event.scope());
          }
          return Router.believed(node, BRIDGE).isEmpty() && plane.plan(nodeSpec()).isEmpty();
        });
    assertThat(node.setting("net/ipv6/conf/" + BRIDGE + "/accept_ra")).isEqualTo("0");
    assertThat(node.netlink().addresses())
        .noneMatch(address -> Router.PREFIX.contains(address.prefix().address()));
  }

  @Test
  void aDeviceThatGetsIpv6LaterIsQuietAsWell() {
    node.netlink().linkSet(node.link(BRIDGE).index(), LinkSettings.builder().mtu(1200).build());
    assertThat(node.link(BRIDGE).ipv6()).isEmpty();

    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isEmpty();

    assertThat(node.setting("net/ipv6/conf/" + BRIDGE + "/accept_ra")).isEqualTo("0");
    assertThat(plane.plan(nodeSpec())).isEmpty();
  }
}
