package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.KeyFile;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.netlink.IpPrefix;
import dev.weft.netlink.rtnl.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Changes of node-wide settings are recorded, maintained and undone. Networks work on hardened
 * nodes.
 */
class NodeSettingsTest {
  private static final String BRIDGE = "wb-000000010000";
  private static final String FORWARD4 = "net/ipv4/ip_forward";
  private static final String FORWARD6 = "net/ipv6/conf/all/forwarding";
  private static final String ADVERTISEMENTS = "net/ipv6/conf/uplink/accept_ra";

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box world = lab.box("world");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final Path folder = Path.of("/dev/shm", node.name());
  private final KeyFile keys = new KeyFile(folder.resolve("keys"));
  private final ConcurrentLinkedQueue<DriftEvent> drift = new ConcurrentLinkedQueue<>();

  private NodeSpec nodeSpec() {
    return TestSpecs.of(
        "blue",
        TestSpecs.network(
            TestSpecs.bridge(
                1,
                TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"),
                TestSpecs.subnet("2001:db8:77::/64", "2001:db8:77::1")),
            TestSpecs.endpoint(a, "eth0", "10.77.0.2/24"),
            TestSpecs.endpoint(b, "eth0", "10.77.0.3/24")));
  }

  @BeforeEach
  void nodeHasItsIpv6RoutesFromARouter() {
    lab.cable(world, "w0", node, "uplink");
    world.address("w0", "203.0.113.1/24");
    node.address("uplink", "203.0.113.2/24");
    node.set(FORWARD4, "0");
    assertThat(node.setting(FORWARD6)).isEqualTo("0");
    Awaitility.await()
        .until(() -> {
          Router.advertise(world, "w0");
          return hasRoute();
        });
  }

  @AfterEach
  void nothingStays() throws IOException {
    lab.close();
    boolean _ = Files.deleteIfExists(folder.resolve("settings"));
    boolean _ = Files.deleteIfExists(folder);
  }

  private boolean hasRoute() {
    return Router.believed(node, "uplink").stream()
        .anyMatch(route -> route.destination().length() == 0);
  }

  private ReconcileOutcome make(DataPlane plane, NodeSpec nodeSpec) {
    ReconcileOutcome outcome = plane.reconcile(nodeSpec, PassScope.EVERYTHING);
    assertThat(outcome.networks().values()).allMatch(network -> network.problems().isEmpty());
    assertThat(outcome.leftovers()).isEmpty();
    return outcome;
  }

  @Test
  void theNodeKeepsItsRoutesAndIsAsItWasAfterwards() {
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());

      assertThat(node.setting(FORWARD4)).isEqualTo("1");
      assertThat(node.setting(FORWARD6)).isEqualTo("1");
      assertThat(node.setting(ADVERTISEMENTS)).isEqualTo("2");
      assertThat(hasRoute()).isTrue();
      assertThat(plane.plan(nodeSpec())).isEmpty();

      make(plane, TestSpecs.none());
      assertThat(node.setting(FORWARD4)).isEqualTo("0");
      assertThat(node.setting(FORWARD6)).isEqualTo("0");
      assertThat(node.setting(ADVERTISEMENTS)).isEqualTo("1");
      assertThat(hasRoute()).isTrue();
      assertThat(folder.resolve("settings")).doesNotExist();
    }
  }

  @Test
  void aDeviceWithABinaryNameStopsNoNetworkFromForwarding() throws Exception {
    Process process =
        new ProcessBuilder(
                "nsenter",
                "--net=" + node.file(),
                "sh",
                "-c",
                "ip link add \"$(printf 'w\\377')\" type bridge && ip link add w\u00e9 type bridge")
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());

      assertThat(node.setting(FORWARD6)).isEqualTo("1");
      assertThat(hasRoute()).isTrue();
    }
  }

  @Test
  void anotherAgentUndoesWhatOneBeforeHasChanged() {
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());
    }
    try (DataPlane next = DataPlane.open(node.file(), keys)) {
      make(next, nodeSpec());
      assertThat(node.setting(ADVERTISEMENTS)).isEqualTo("2");

      make(next, TestSpecs.none());
      assertThat(node.setting(FORWARD6)).isEqualTo("0");
      assertThat(node.setting(ADVERTISEMENTS)).isEqualTo("1");
    }
  }

  @Test
  void aSettingThatWasChangedSinceOrSetBeforeStays() {
    node.set(FORWARD4, "1");
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());
      node.set(ADVERTISEMENTS, "0");

      plane.reconcile(TestSpecs.none(), PassScope.EVERYTHING);
      assertThat(node.setting(ADVERTISEMENTS)).isEqualTo("0");
      assertThat(node.setting(FORWARD4)).isEqualTo("1");
    }
  }

  @Test
  void aRevertedSettingIsDetectedAndRestored() {
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());
      plane.onDrift(drift::add);
      for (Map.Entry<String, String> each :
          Map.of(
                  FORWARD4,
                  "0",
                  FORWARD6,
                  "0",
                  "net/ipv4/conf/" + BRIDGE + "/forwarding",
                  "0",
                  "net/ipv6/conf/" + BRIDGE + "/forwarding",
                  "0",
                  "net/ipv4/conf/" + BRIDGE + "/rp_filter",
                  "1")
              .entrySet()) {
        String before = node.setting(each.getKey());
        node.set(each.getKey(), each.getValue());

        repairUntil(plane, each.getKey(), () -> node.setting(each.getKey()).equals(before));
      }
      assertThat(a.reaches(world, "203.0.113.1")).isTrue();
    }
  }

  private void repairUntil(DataPlane plane, String what, Callable<Boolean> done) {
    Awaitility.await(what)
        .until(() -> {
          for (DriftEvent event = drift.poll(); event != null; event = drift.poll()) {
            plane.reconcile(nodeSpec(), event.scope());
          }
          return done.call();
        });
  }

  /** {@code net.ipv4.conf.*.arp_ignore = 8} in a file of sysctl.d reaches every device there is. */
  @Test
  void aHardeningOfAllDevicesIsTakenBackFromOurs() {
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());
      plane.onDrift(drift::add);
      Map<String, String> hardened =
          Map.of("arp_ignore", "8", "arp_announce", "2", "accept_redirects", "1", "rp_filter", "1");
      for (String device : List.of("uplink", BRIDGE)) {
        hardened.forEach(
            (name, value) -> node.set("net/ipv4/conf/%s/%s".formatted(device, name), value));
      }

      repairUntil(plane, "ours", () -> hardened.keySet().stream().allMatch(this::isOurs));
      hardened.forEach((name, value) ->
          assertThat(node.setting("net/ipv4/conf/uplink/" + name)).as(name).isEqualTo(value));
      assertThat(a.reaches(node, "10.77.0.1")).isTrue();
      assertThat(a.reaches(world, "203.0.113.1")).isTrue();
    }
  }

  private boolean isOurs(String name) {
    return node.setting("net/ipv4/conf/%s/%s".formatted(BRIDGE, name))
        .equals(name.equals("rp_filter") ? "2" : "0");
  }

  @Test
  void ipv6ThatIsSwitchedOffOnTheNodeComesBackOnDevicesOfOurs() {
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());
      plane.onDrift(drift::add);
      List<IpPrefix> before = addressesOfBridge();
      assertThat(before).contains(IpPrefix.parse("2001:db8:77::1/64"));

      node.set("net/ipv6/conf/all/disable_ipv6", "1");

      repairUntil(plane, "gateway", () -> addressesOfBridge().equals(before));
      assertThat(node.setting("net/ipv6/conf/" + BRIDGE + "/disable_ipv6")).isEqualTo("0");
      assertThat(node.setting("net/ipv6/conf/uplink/disable_ipv6")).isEqualTo("1");
    }
  }

  private List<IpPrefix> addressesOfBridge() {
    int bridge = node.link(BRIDGE).index();
    return node.netlink().addresses().stream()
        .filter(each -> each.link() == bridge)
        .map(Address::prefix)
        .toList();
  }

  @Test
  void aNodeThatHardensNewDevicesWorks() {
    for (Box box : List.of(node, a, b)) {
      box.set("net/ipv4/conf/all/rp_filter", "1");
      box.set("net/ipv4/conf/default/rp_filter", "1");
      box.set("net/ipv4/conf/default/arp_ignore", "8");
      box.set("net/ipv4/conf/all/arp_announce", "2");
      box.set("net/ipv4/conf/default/arp_announce", "2");
      box.set("net/ipv4/conf/default/forwarding", "0");
      box.set("net/ipv6/conf/default/disable_ipv6", "1");
    }
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      make(plane, nodeSpec());

      assertThat(a.reaches(b, "10.77.0.3")).isTrue();
      assertThat(a.reaches(node, "10.77.0.1")).isTrue();
      assertThat(a.reaches(world, "203.0.113.1")).isTrue();
    }
  }

  @Test
  void aNodeThatAnswersNoArpRequestIsReportedWithTheSetting() {
    node.set("net/ipv4/conf/all/arp_ignore", "8");
    try (DataPlane plane = DataPlane.open(node.file(), keys)) {
      assertThat(plane.reconcile(nodeSpec(), PassScope.EVERYTHING).of("blue").problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.cure()).isEqualTo(Problem.Cure.USER))
          .asString()
          .contains("net.ipv4.conf.all.arp_ignore", "8");
      node.set("net/ipv4/conf/all/arp_ignore", "0");
      make(plane, nodeSpec());
      node.set("net/ipv4/conf/uplink/forwarding", "0");

      plane.onDrift(drift::add);
      node.set("net/ipv4/conf/uplink/forwarding", "1");
      node.set("net/ipv4/conf/uplink/forwarding", "0");
      Awaitility.await().until(() -> !drift.isEmpty());
      assertThat(plane.reconcile(nodeSpec(), drift.remove().scope()).of("blue").problems())
          .singleElement()
          .asString()
          .contains("net.ipv4.conf.uplink.forwarding");
    }
  }
}
