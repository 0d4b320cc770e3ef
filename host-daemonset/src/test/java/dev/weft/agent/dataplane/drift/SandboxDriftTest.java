package dev.weft.agent.dataplane.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.KernelLab;
import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.TestSpecs;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.MacvlanOptions;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.NetworkNamespace;
import dev.weft.netlink.rtnl.Address;
import dev.weft.netlink.rtnl.Ipv4Conf;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod changes of Weft's interface is restored, and what it adds of its own stays. */
class SandboxDriftTest {
  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Map<String, Box> boxes =
      Map.of("bridged", lab.box("bridged"), "macvlan", lab.box("macvlan"));
  private final Box other = lab.box("other");
  private final DataPlane plane = lab.plane(node);
  private final ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();

  private NodeSpec nodeSpec() {
    return TestSpecs.of(
        Map.of(
            "red",
            TestSpecs.network(
                TestSpecs.bridge(
                    1,
                    TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"),
                    TestSpecs.subnet("fd00:77::/64", "fd00:77::1")),
                TestSpecs.endpoint(box("bridged"), "eth0", "10.77.0.2/24"),
                TestSpecs.endpoint(other, "eth0", "10.77.0.3/24")),
            "lan",
            TestSpecs.network(
                TestSpecs.macvlan(
                    2,
                    new MacvlanOptions("uplink", null, null, null),
                    TestSpecs.subnet("10.99.0.0/24")),
                TestSpecs.endpoint(box("macvlan"), "eth0", "10.99.0.2/24"))));
  }

  private Box box(String name) {
    return java.util.Objects.requireNonNull(boxes.get(name));
  }

  @BeforeEach
  void theNetworksAreLive() {
    lab.cable(lab.box("world"), "w0", node, "uplink");
    ReconcileOutcome outcome = plane.reconcile(nodeSpec(), PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
    plane.onDrift(drift::add);
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  /** Something that a pod does to the interface that Weft made. */
  record Deed(String in, String name, Consumer<Box> how) {
    @Override
    public String toString() {
      return in + ": " + name;
    }
  }

  static Stream<Deed> deeds() {
    List<Deed> deeds = new ArrayList<>();
    for (String in : List.of("bridged", "macvlan")) {
      deeds.addAll(
          List.of(
              new Deed(in, "the address is removed", SandboxDriftTest::removeAddresses),
              new Deed(in, "the connected route is removed", box -> removeRoute(box, 24)),
              new Deed(in, "the MTU is changed", box -> set(box, b -> b.mtu(1300))),
              new Deed(
                  in,
                  "the MAC address is changed",
                  box -> set(box, b -> b.address(MacAddress.parse("02:00:00:00:00:99")))),
              new Deed(in, "the mark is removed", box -> set(box, b -> b.alias(""))),
              new Deed(in, "the group is removed", box -> set(box, b -> b.group(0))),
              new Deed(
                  in,
                  "reverse paths are filtered",
                  box -> set(box, b -> b.ipv4(Ipv4Conf.RP_FILTER, 1))),
              new Deed(
                  in,
                  "ARP is answered for less",
                  box -> set(box, b -> b.ipv4(Ipv4Conf.ARP_IGNORE, 2))),
              new Deed(in, "the interface is down", box -> box.down("eth0")),
              new Deed(in, "the interface is renamed", SandboxDriftTest::rename),
              new Deed(in, "the interface is deleted", box -> box.delete("eth0"))));
    }
    deeds.add(new Deed("bridged", "the default route is removed", box -> removeRoute(box, 0)));
    return deeds.stream();
  }

  private static void set(Box box, Consumer<LinkSettings.Builder> how) {
    LinkSettings.Builder builder = LinkSettings.builder();
    how.accept(builder);
    box.netlink().linkSet(box.link("eth0").index(), builder.build());
  }

  private static void removeAddresses(Box box) {
    box.netlink().addresses(box.link("eth0").index(), 100).forEach(box.netlink()::addressDelete);
  }

  private static void removeRoute(Box box, int length) {
    box.netlink().mainRoutes(100).stream()
        .filter(route -> route.destination().length() == length)
        .forEach(box.netlink()::routeDelete);
  }

  private static void rename(Box box) {
    lab(box, "ip", "link", "set", "eth0", "down");
    lab(box, "ip", "link", "set", "eth0", "name", "mine");
  }

  private static void lab(Box box, String... command) {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=" + box.file()));
    line.addAll(List.of(command));
    try {
      assertThat(new ProcessBuilder(line).inheritIO().start().waitFor()).isZero();
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The interface without its index, which a new one does not keep. */
  private static List<String> state(Box box) {
    List<String> all = new ArrayList<>();
    for (Link link : box.netlink().links()) {
      all.add(
          List.of(
                  link.name(),
                  String.valueOf(link.address()),
                  link.mtu(),
                  link.isUp(),
                  link.alias(),
                  link.group(),
                  link.ipv4().getOrDefault(Ipv4Conf.RP_FILTER, -1),
                  link.ipv4().getOrDefault(Ipv4Conf.ARP_IGNORE, -1))
              .toString());
    }
    box.netlink().addresses().stream()
        .filter(each -> !each.prefix().address().isLinkLocalAddress())
        .forEach(each -> all.add(each.prefix().toString()));
    for (Route route : box.netlink().mainRoutes(100)) {
      if (!route.destination().address().isLinkLocalAddress()) {
        all.add(
            "%s via %s from %s by %d"
                .formatted(route.destination(), route.gateway(), route.source(), route.protocol()));
      }
    }
    return all.stream().sorted().toList();
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void isRestoredAndReported(Deed deed) {
    Box box = box(deed.in());
    Box bystander = boxes.values().stream().filter(each -> !each.equals(box)).findFirst().get();
    List<String> before = state(box);
    Link untouched = bystander.link("eth0");
    List<String> repaired = new ArrayList<>();

    deed.how().accept(box);

    Awaitility.await(deed.name())
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            plane
                .reconcile(nodeSpec(), event.scope())
                .networks()
                .values()
                .forEach(each -> repaired.addAll(each.repaired()));
          }
          return state(box).equals(before) && !repaired.isEmpty();
        });
    assertThat(bystander.link("eth0").index()).isEqualTo(untouched.index());
    assertThat(plane.plan(nodeSpec())).isEmpty();
    assertThat(lab.plane(node).plan(nodeSpec())).isEmpty();
  }

  @Test
  void onlyTheEndpointsOfTheSandboxAreLookedAt() {
    removeAddresses(box("macvlan"));

    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(drift.element().scope())
        .isEqualTo(PassScope.endpoint("lan", box("macvlan").name() + ".eth0"));
  }

  @Test
  void whatThePodAddsStaysAndIsNoDrift() {
    Box box = box("bridged");
    int link = box.link("eth0").index();
    box.netlink().addressAdd(Address.of(link, IpPrefix.parse("10.66.0.9/24")));
    box.netlink().routeAdd(Route.to(IpPrefix.parse("10.1.0.0/16")).link(link).build());
    box.netlink().linkAdd(LinkSpec.of("own", new LinkKind.Bridge()));
    List<String> added = state(box);
    // a deed that comes after: when it is reported, the others have been judged
    removeAddresses(box("macvlan"));

    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(drift).allMatch(event -> event.scope().endpoints("red").isEmpty());
    plane.reconcile(nodeSpec(), drift.remove().scope());
    assertThat(state(box)).isEqualTo(added);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridged", "macvlan"})
  void anInterfaceWithoutItsMarkIsKnownAgainAfterARestart(String in) {
    Box box = box(in);
    List<String> before = state(box);
    int index = box.link("eth0").index();
    plane.close();
    set(box, settings -> settings.alias("").group(0));

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec(), PassScope.EVERYTHING);

    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
    assertThat(box.link("eth0").index()).isEqualTo(index);
    assertThat(state(box)).isEqualTo(before);
  }

  @Test
  void aPodThatChangesItsInterfaceInALoopIsRepairedEverMoreRarely() {
    Box box = box("macvlan");
    AtomicInteger times = new AtomicInteger();
    Awaitility.await()
        .until(() -> {
          DriftEvent event = drift.poll();
          if (event != null) {
            assertThat(event.restless()).isEqualTo(box.name() + ".eth0");
            plane.reconcile(nodeSpec(), event.scope());
            times.incrementAndGet();
          }
          boolean intact = box.netlink().addresses(box.link("eth0").index(), 100).size() > 0;
          if (intact && times.get() < 4) {
            removeAddresses(box);
          }
          return times.get() == 4;
        });
    removeAddresses(box);
    // the other sandbox does not wait
    removeAddresses(other);
    Awaitility.await().until(() -> !drift.isEmpty());
    assertThat(drift.element().restless()).isEqualTo(other.name() + ".eth0");
  }

  @Test
  void aWatchKeepsNoSandboxAlive() {
    assertThat(hostEnds()).isEqualTo(2);
    Box box = box("bridged");
    box.netlink().close();
    box.namespace().close();
    NetworkNamespace.delete(box.name());

    Awaitility.await().until(() -> hostEnds() == 1);
    NetworkNamespace.create(box.name()).close();
  }

  private long hostEnds() {
    return node.netlink().links().stream().filter(link -> link.name().startsWith("we-")).count();
  }

  @Test
  void theConnectedRouteOfABridgeIsRestored() {
    Route route =
        node.netlink().mainRoutes(100).stream()
            .filter(each -> each.destination().equals(IpPrefix.parse("10.77.0.0/24")))
            .findFirst()
            .orElseThrow();
    node.netlink().routeDelete(route);

    List<String> repaired = new ArrayList<>();
    Awaitility.await()
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            repaired.addAll(plane.reconcile(nodeSpec(), event.scope()).of("red").repaired());
          }
          return node.netlink().mainRoutes(100).contains(route);
        });
    assertThat(repaired).singleElement().asString().contains("10.77.0.1/24");
  }
}
