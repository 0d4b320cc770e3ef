package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.DriftEvent;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.api.BridgeOptionsBuilder;
import dev.weft.api.HostNetworkSpec;
import dev.weft.netlink.IpPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A firewall of the node that drops packets between pods of one bridge. */
class FirewallTest {
  private static final String BRIDGE = "wb-000000010000";
  private static final String IPV4_SETTING = "net/bridge/bridge-nf-call-iptables";
  private static final HostNetworkSpec DUAL =
      TestSpecs.bridge(
          1,
          TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"),
          TestSpecs.subnet("fd77::/64", "fd77::1"));

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box a = lab.box("a");
  private final Box b = lab.box("b");
  private final DataPlane plane = lab.plane(node);
  private final LocalEndpoint ofA = endpoint(a, 2);
  private final LocalEndpoint ofB = endpoint(b, 3);

  @BeforeEach
  void bridgedPacketsAreShownToTheFirewall() {
    lab.cable(lab.box("other"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
    node.set(IPV4_SETTING, "1");
    node.set("net/bridge/bridge-nf-call-ip6tables", "1");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static LocalEndpoint endpoint(Box box, int number) {
    LocalEndpoint ipv4 = TestSpecs.endpoint(box, "eth0", "10.77.0.%d/24".formatted(number));
    return new LocalEndpoint(
        ipv4.id(),
        ipv4.sandbox(),
        ipv4.interfaceName(),
        ipv4.mac(),
        List.of(ipv4.addresses().getFirst(), IpPrefix.parse("fd77::%d/64".formatted(number))),
        false);
  }

  private static NodeSpec nodeSpec(HostNetworkSpec spec, LocalEndpoint... endpoints) {
    return TestSpecs.from("192.0.2.1", Map.of("net", TestSpecs.network(spec, endpoints)));
  }

  private List<Problem> problems(NodeSpec nodeSpec, PassScope scope) {
    return plane.reconcile(nodeSpec, scope).of("net").problems();
  }

  private List<Problem> problems(HostNetworkSpec spec) {
    return problems(nodeSpec(spec, ofA, ofB), PassScope.EVERYTHING);
  }

  private void firewall(String family, String table, String chain) {
    node.nft(
        """
        add table %1$s %2$s
        add chain %1$s %2$s %3$s { type filter hook forward priority 0; policy drop; }
        """
            .formatted(family, table, chain));
  }

  private static HostNetworkSpec overlay() {
    return TestSpecs.overlay(
        1, 4242, TestSpecs.subnet("10.77.0.0/24"), TestSpecs.subnet("fd77::/64"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void aDroppingFirewallIsReportedWithItsRemedyUntilItAccepts(String driver) {
    HostNetworkSpec spec = driver.equals("bridge") ? DUAL : overlay();
    assertThat(problems(spec)).isEmpty();
    firewall("ip", "filter", "FORWARD");
    assertThat(a.reaches(b, "10.77.0.3")).isFalse();

    assertThat(problems(spec))
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.endpoint()).isEqualTo("this node");
          assertThat(problem.toString())
              .contains("bridge-nf-call-iptables", "ip filter FORWARD", BRIDGE, "IPv4")
              .endsWith("iptables -I FORWARD -i %1$s -o %1$s -j ACCEPT".formatted(BRIDGE));
        });

    // as iptables-nft does
    node.nft("insert rule ip filter FORWARD iifname %1$s oifname %1$s accept".formatted(BRIDGE));
    assertThat(problems(spec)).isEmpty();
    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
  }

  @Test
  void theReportedCommandLetsPacketsPass() {
    firewall("inet", "house", "passing");

    List<Problem> problems = problems(DUAL);

    assertThat(problems).hasSize(2).allMatch(each -> each.remedy().startsWith("allow it: nft "));
    node.nft(problems.getFirst().remedy().substring("allow it: nft ".length()));
    assertThat(problems(DUAL)).isEmpty();
    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(a.reaches(b, "fd77::3")).isTrue();
  }

  @Test
  void dockersOwnChainIsNamedWhereThereIsOne() {
    firewall("ip", "filter", "FORWARD");
    node.nft("add chain ip filter DOCKER-USER");

    assertThat(problems(DUAL))
        .singleElement()
        .asString()
        .endsWith("iptables -I DOCKER-USER -i %1$s -o %1$s -j ACCEPT".formatted(BRIDGE));
  }

  /** The commands are for a chain that an engine leaves to others, and keeps when it restarts. */
  @ParameterizedTest
  @CsvSource({"26, bridge", "26, overlay", "28, bridge", "28, overlay"})
  void theCommandsLetPacketsPassTheRulesOfAnEngine(String version, String driver)
      throws IOException {
    HostNetworkSpec spec = driver.equals("bridge") ? DUAL : overlay();
    node.set("net/ipv4/ip_forward", "1");
    node.route("0.0.0.0/0", "192.0.2.254");
    node.nft(rulesOfDocker(version));
    List<Problem> problems = problems(spec);
    assertThat(a.reaches(b, "10.77.0.3")).isFalse();
    assertThat(a.reaches(b, "fd77::3")).isEqualTo(version.equals("26"));

    for (Problem problem : problems) {
      for (String command : problem.remedy().substring("allow it: ".length()).split("; ", -1)) {
        assertThat(command).contains("tables -I DOCKER-USER ");
        node.nft(asNft(command));
      }
    }

    assertThat(problems).isNotEmpty();
    assertThat(problems(spec)).isEmpty();
    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
    assertThat(a.reaches(b, "fd77::3")).isTrue();
  }

  private static String rulesOfDocker(String version) throws IOException {
    try (InputStream file = FirewallTest.class.getResourceAsStream("/docker/" + version + ".nft")) {
      return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** As iptables-nft and ip6tables-nft do it. */
  private static String asNft(String command) {
    return command
        .replace("ip6tables -I ", "insert rule ip6 filter ")
        .replace("iptables -I ", "insert rule ip filter ")
        .replace(" -i ", " iifname ")
        .replace(" -o ", " oifname ")
        .replace(" -m conntrack --ctstate RELATED,ESTABLISHED", " ct state related,established")
        .replace(" -j ACCEPT", " accept");
  }

  @Test
  void aRuleThatDropsCountsAsWellAsAPolicy() {
    node.nft(
        """
        add table ip6 filter
        add chain ip6 filter FORWARD { type filter hook forward priority 0; }
        add rule ip6 filter FORWARD drop
        """);

    assertThat(problems(DUAL)).singleElement().asString().contains("IPv6", "ip6tables -I FORWARD");
  }

  @Test
  void whatTheFirewallIsNotShownIsNoProblem() {
    firewall("ip", "filter", "FORWARD");
    node.set(IPV4_SETTING, "0");

    assertThat(problems(DUAL)).isEmpty();
    assertThat(a.reaches(b, "10.77.0.3")).isTrue();
  }

  @Test
  void endpointsThatMayNotReachEachOtherMissNothing() {
    firewall("ip", "filter", "FORWARD");

    assertThat(
            problems(
                TestSpecs.bridge(
                    1,
                    BridgeOptionsBuilder.builder().interContainerTraffic(false).build(),
                    TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"),
                    TestSpecs.subnet("fd77::/64", "fd77::1"))))
        .isEmpty();
  }

  @Test
  void theSecondEndpointOfABridgeBringsItToLight() {
    firewall("ip", "filter", "FORWARD");
    assertThat(problems(nodeSpec(DUAL, ofA), PassScope.EVERYTHING)).isEmpty();

    NodeSpec both = nodeSpec(DUAL, ofA, ofB);
    assertThat(problems(both, PassScope.endpoint("net", ofB.id()))).hasSize(1);
  }

  @Test
  void packetsToTheWorldThatItDropsAreReportedWithWhatToAllow() {
    node.set(IPV4_SETTING, "0");
    node.set("net/ipv4/ip_forward", "1");
    node.route("0.0.0.0/0", "192.0.2.254");
    NodeSpec one = nodeSpec(DUAL, ofA);
    assertThat(problems(one, PassScope.EVERYTHING)).isEmpty();
    firewall("inet", "house", "passing");

    List<Problem> problems = problems(one, PassScope.EVERYTHING);

    assertThat(problems)
        .singleElement()
        .asString()
        .contains("inet house passing drops", BRIDGE, "to the world by IPv4");
    for (String command :
        problems.getFirst().remedy().substring("allow it: ".length()).split("; ", -1)) {
      node.nft(command.substring("nft ".length()));
    }
    assertThat(problems(one, PassScope.EVERYTHING)).isEmpty();
    assertThat(node.ruleset()).doesNotContain("weft_probe");
  }

  @Test
  void iptablesRulesAllowBothWaysToTheWorld() {
    node.set(IPV4_SETTING, "0");
    node.route("0.0.0.0/0", "192.0.2.254");
    firewall("ip", "filter", "FORWARD");

    assertThat(problems(DUAL))
        .singleElement()
        .asString()
        .endsWith(
            "iptables -I FORWARD -i %1$s -j ACCEPT; iptables -I FORWARD -o %1$s -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
                .formatted(BRIDGE));
  }

  @Test
  void aLaterFirewallIsDetected() {
    Queue<DriftEvent> heard = new ConcurrentLinkedQueue<>();
    plane.onDrift(heard::add);
    assertThat(problems(DUAL)).isEmpty();
    assertThat(heard).isEmpty();

    firewall("ip", "filter", "FORWARD");

    Awaitility.await().until(() -> !heard.isEmpty());
    assertThat(heard).allMatch(event -> event.what().contains("firewall"));
    assertThat(heard).first().matches(event -> event.scope().hasWhole("net"));
    assertThat(node.ruleset()).doesNotContain("weft_probe");
  }
}
