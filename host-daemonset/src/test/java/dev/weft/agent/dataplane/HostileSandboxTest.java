package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.kernel.HostKernel;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Request;
import dev.weft.netlink.rtnl.Route;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes that a tenant makes in its own sandbox affect only its endpoint. */
class HostileSandboxTest {
  private static final String MARK = "weft.dev/" + TestSpecs.uid(1);

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box hostile = lab.box("hostile");
  private final Box victim = lab.box("victim");
  private final Box later = lab.box("later");
  private DataPlane plane = lab.plane(node);

  private final LocalEndpoint attacker = TestSpecs.endpoint(hostile, "eth0", "10.77.0.2/24");

  private NodeSpec nodeSpec(LocalEndpoint... more) {
    List<LocalEndpoint> all = new ArrayList<>(List.of(attacker));
    all.add(TestSpecs.endpoint(victim, "eth0", "10.77.0.3/24"));
    all.addAll(List.of(more));
    return TestSpecs.of(
        "red",
        TestSpecs.network(
            TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1")),
            all.toArray(LocalEndpoint[]::new)));
  }

  @BeforeEach
  void bothSandboxesAreOnTheNetwork() {
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isEmpty();
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  /** A change that a tenant makes in its sandbox. */
  record Deed(String name, Consumer<Box> how) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Deed> deeds() {
    return Stream.of(
        new Deed("lo gets our group", box -> set(box, "lo", b -> b.group(Owner.GROUP))),
        new Deed("lo gets our mark", box -> set(box, "lo", b -> b.alias(MARK))),
        new Deed(
            "a bridge gets the mark of another endpoint",
            box -> {
              box.netlink().linkAdd(LinkSpec.of("br0", new LinkKind.Bridge()));
              set(box, "br0", b -> b.alias(MARK + "/endpoint/other").group(Owner.GROUP));
            }),
        new Deed(
            "a cable of its own gets the mark of its interface",
            box -> {
              box.netlink().linkAdd(LinkSpec.of("v0", new LinkKind.Veth("v1")));
              String mark = box.link("eth0").alias();
              set(box, "v0", b -> b.alias(mark).group(Owner.GROUP));
              set(box, "v1", b -> b.alias(mark));
            }),
        new Deed("its interface loses its mark", box -> set(box, "eth0", b -> b.alias(""))),
        new Deed(
            "its interface loses its mark and its group",
            box -> set(box, "eth0", b -> b.alias("").group(0))),
        new Deed("its interface gets a foreign mark", box -> set(box, "eth0", b -> b.alias(MARK))),
        new Deed(
            "lo has routes of our number",
            box ->
                box.netlink()
                    .routeAdd(
                        Route.to(IpPrefix.parse("10.1.0.0/16"))
                            .link(1)
                            .protocol(HostKernel.ROUTE_PROTOCOL)
                            .build())),
        new Deed(
            "its interface has a route of our number",
            box ->
                box.netlink()
                    .routeAdd(
                        Route.to(IpPrefix.parse("10.1.0.0/16"))
                            .link(box.link("eth0").index())
                            .protocol(HostKernel.ROUTE_PROTOCOL)
                            .build())),
        new Deed(
            "its interface has another address",
            box ->
                box.netlink()
                    .addressAdd(
                        Address.of(box.link("eth0").index(), IpPrefix.parse("10.66.0.9/24")))),
        new Deed("an IPv4-mapped prefix is unreachable", HostileSandboxTest::mappedRoute));
  }

  private static void mappedRoute(Box box) {
    byte[] bytes = new byte[16];
    bytes[10] = (byte) 0xff;
    bytes[11] = (byte) 0xff;
    try {
      InetAddress mapped = Inet6Address.getByAddress(null, bytes, -1);
      box.netlink()
          .routeAdd(Route.to(new IpPrefix(mapped, 96)).type(Route.Type.UNREACHABLE).build());
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static void set(Box box, String device, Consumer<LinkSettings.Builder> how) {
    LinkSettings.Builder builder = LinkSettings.builder();
    how.accept(builder);
    box.netlink().linkSet(box.link(device).index(), builder.build());
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void theNetworkStaysAndTakesNewEndpointsAlsoAfterARestart(Deed deed) {
    List<String> before = names(hostile);
    Link interfaceBefore = hostile.link("eth0");
    deed.how().accept(hostile);
    List<String> made = names(hostile);
    List<Route> routes = hostile.netlink().routes();
    List<Address> addresses = hostile.netlink().addresses();

    restartAgent();
    ReconcileOutcome outcome =
        plane.reconcile(
            nodeSpec(TestSpecs.endpoint(later, "eth0", "10.77.0.4/24")), PassScope.EVERYTHING);

    assertThat(outcome.of("red").problems()).isEmpty();
    assertThat(names(hostile)).isEqualTo(made).containsAll(before);
    assertThat(hostile.link("eth0").index()).isEqualTo(interfaceBefore.index());
    assertThat(hostile.reaches(victim, "10.77.0.3")).isTrue();
    assertThat(later.reaches(victim, "10.77.0.3")).isTrue();
    assertThat(hostile.netlink().routes()).isEqualTo(routes);
    assertThat(hostile.netlink().addresses()).isEqualTo(addresses);
    assertThat(
            plane
                .reconcile(
                    nodeSpec(TestSpecs.endpoint(later, "eth0", "10.77.0.4/24")),
                    PassScope.EVERYTHING)
                .changes())
        .isEmpty();
  }

  @Test
  void routesBeyondABoundAreTheProblemOfTheirEndpointAlone() {
    int link = hostile.link("eth0").index();
    for (int net = 0; net < 20; net++) {
      List<Request> routes = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        routes.add(
            new Request.RouteAdd(
                Route.to(IpPrefix.parse("11.%d.%d.%d/32".formatted(net, i / 250, i % 250)))
                    .link(link)
                    .build()));
      }
      hostile.netlink().execute(routes);
    }

    ReconcileOutcome outcome =
        plane.reconcile(
            nodeSpec(TestSpecs.endpoint(later, "eth0", "10.77.0.4/24")), PassScope.EVERYTHING);

    assertThat(outcome.of("red").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.endpoint()).isEqualTo(attacker.id());
          assertThat(problem.toString()).contains("there are more than 4096");
        });
    assertThat(later.reaches(victim, "10.77.0.3")).isTrue();
    assertThat(hostile.reaches(victim, "10.77.0.3")).isTrue();
  }

  @Test
  void aMappedPrefixOnTheNodeHindersNothing() {
    mappedRoute(node);
    restartAgent();
    assertThat(
            plane
                .reconcile(
                    nodeSpec(TestSpecs.endpoint(later, "eth0", "10.77.0.4/24")),
                    PassScope.EVERYTHING)
                .of("red")
                .problems())
        .isEmpty();
  }

  @Test
  void anInterfaceThatIsTakenDownAgainAndAgainIsLookedAtEverMoreRarely() {
    AtomicInteger reports = new AtomicInteger();
    plane.onDrift(event -> {
      reports.incrementAndGet();
      plane.reconcile(nodeSpec(), event.scope());
    });
    AtomicInteger taken = new AtomicInteger();
    Awaitility.await()
        .until(() -> {
          if (hostile.link("eth0").isUp()) {
            hostile.down("eth0");
            taken.incrementAndGet();
          } else if (taken.get() >= 5) {
            hostile.up("eth0");
          }
          return taken.get() >= 30;
        });
    assertThat(reports.get()).isLessThan(15);
    assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("red").problems()).isEmpty();
  }

  @Test
  void aPeerOfTheOtherFamilyIsNamedAndHindersNoLocalEndpoint() {
    lab.cable(lab.box("world"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
    NodeSpec mixed =
        TestSpecs.from(
            "192.0.2.1",
            Map.of(
                "blue",
                TestSpecs.with(
                    TestSpecs.network(
                        TestSpecs.overlay(2, 4242, TestSpecs.subnet("10.88.0.0/24")),
                        TestSpecs.endpoint(later, "eth1", "10.88.0.2/24")),
                    TestSpecs.remote("10.88.0.3", "2001:db8::2"),
                    TestSpecs.remote("10.88.0.4", "192.0.2.3"))));

    ReconcileOutcome outcome = plane.reconcile(mixed, PassScope.EVERYTHING);

    assertThat(outcome.of("blue").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.isOfPeer()).isTrue();
          assertThat(problem.toString()).contains("peer 2001:db8:0:0:0:0:0:2", "family");
        });
    assertThat(later.link("eth1").isUp()).isTrue();
  }

  private static List<String> names(Box box) {
    return box.netlink().links().stream().map(Link::name).sorted().toList();
  }

  private void restartAgent() {
    plane = lab.plane(node);
  }
}
