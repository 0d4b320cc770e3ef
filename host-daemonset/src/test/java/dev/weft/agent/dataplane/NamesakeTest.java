package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.Network;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.Problem;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.mesh.Macs;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign devices with names and marks of Weft. */
class NamesakeTest extends ForeignPorts {
  @Test
  void underTheNameOfAnotherNetworksPortItIsForeignToo() throws Exception {
    LocalEndpoint own = TestSpecs.endpoint(lab.box("own"), "eth0", "10.88.0.2/24");
    NetworkSpec other =
        TestSpecs.network(TestSpecs.bridge(2, TestSpecs.subnet("10.88.0.0/24", "10.88.0.1")), own);
    NodeSpec nodeSpec =
        TestSpecs.from(
            "192.0.2.1", Map.of("net", TestSpecs.pick(nodeSpec("bridge"), "net"), "other", other));
    make(nodeSpec);
    String name = Network.hostEnd(TestSpecs.uid(2), own.id());

    node.delete(name);
    intrude(name);

    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
  }

  @Test
  void underTheNameOfASandboxsPortItIsNamedAndHealsWhenItGoes() throws Exception {
    make(nodeSpec("bridge"));
    plane.onDrift(drift::add);
    String name = hostEnd(victim);
    node.delete(name);
    intrude(name);

    ReconcileOutcome outcome = plane.reconcile(nodeSpec("bridge"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.endpoint()).isEqualTo(victim.name() + ".eth0");
          assertThat(problem.toString()).contains(name, "mark", "remove");
        });
    try (PacketSocket from = socket(hostile, "x0");
        PacketSocket surely = socket(witness, "eth0");
        PacketSocket to = socket(witness, "eth0")) {
      assertThat(
              passes(
                  from,
                  frame(Macs.of(InetAddress.ofLiteral("10.77.0.2")), MacAddress.BROADCAST),
                  surely,
                  to))
          .isFalse();
    }

    hostile.delete("x0");

    healed("bridge");
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  @Test
  void underTheNameOfATunnelItIsNamedAndHealsWhenItGoes() throws Exception {
    make(nodeSpec("overlay"));
    plane.onDrift(drift::add);
    node.delete(TUNNEL);
    intrude(TUNNEL);

    ReconcileOutcome outcome = plane.reconcile(nodeSpec("overlay"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.toString()).contains(TUNNEL, "mark", "remove");
        });
    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();

    hostile.delete("x0");

    healed("overlay");
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  @Test
  void underTheNameOfABridgeItIsNamedAndHealsWhenItGoes() {
    make(nodeSpec("bridge"));
    plane.onDrift(drift::add);
    node.delete(BRIDGE);
    node.netlink().linkAdd(LinkSpec.of(BRIDGE, new LinkKind.Veth("evil")));

    ReconcileOutcome outcome = plane.reconcile(nodeSpec("bridge"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .anySatisfy(problem -> {
          assertThat(problem.cure()).isEqualTo(Problem.Cure.USER);
          assertThat(problem.endpoint()).isEmpty();
          assertThat(problem.toString()).contains(BRIDGE, "veth", "mark", "remove");
        });

    node.delete("evil");

    healed("bridge");
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  /** A program that can create a device on the node can give it any name and mark. */
  @Test
  void aTunnelOfAnotherNamespaceWithTheNameAndMarkOfOursIsNotTakenOver() throws Exception {
    make(nodeSpec("overlay"));
    String mark = node.link(TUNNEL).alias();
    node.delete(TUNNEL);
    run(
        "ip -n %1$s link add %2$s type vxlan id 4242 dstport 4789 local 192.0.2.1"
            + " && ip -n %1$s link set %2$s netns %3$s"
            + " && ip -n %3$s link set %2$s alias %4$s master %5$s",
        hostile.name(), TUNNEL, node.name(), mark, BRIDGE);
    assertThat(node.link(TUNNEL).parentNamespace()).isNotNegative();

    make(nodeSpec("overlay"));

    assertThat(node.link(TUNNEL).parentNamespace()).isNegative();
    assertThat(lab.plane(node).plan(nodeSpec("overlay"))).isEmpty();
  }

  @Test
  void withTheMarkOfAHeldNetworkItIsForeignToo() throws Exception {
    make(nodeSpec("overlay"));
    node.delete(TUNNEL);
    node.netlink().linkAdd(LinkSpec.of(TUNNEL, new LinkKind.Veth("away")));
    intrude("evil");
    node.netlink()
        .linkSet(
            node.link("evil").index(),
            LinkSettings.builder().alias(node.link(hostEnd(victim)).alias()).build());
    node.nft("flush ruleset");

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec("overlay"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems()).isNotEmpty();
    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
  }

  /** Otherwise the guard would drop frames of other bridges to that address. */
  @Test
  void aBridgeWithTheMarkOfAHeldNetworkBringsNoMacAddressOfItsOwn() {
    make(nodeSpec("overlay"));
    node.delete(TUNNEL);
    node.netlink().linkAdd(LinkSpec.of(TUNNEL, new LinkKind.Veth("away")));
    node.netlink()
        .linkAdd(
            new LinkSpec(
                "bridge0",
                new LinkKind.Bridge(),
                LinkSettings.builder().alias(node.link(BRIDGE).alias()).address(STRANGER).build()));

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec("overlay"), PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems()).isNotEmpty();
    assertThat(node.ruleset())
        .contains(String.valueOf(node.link(BRIDGE).address()))
        .doesNotContain(STRANGER.toString());
  }

  /** As after an upgrade, or a flush while no agent ran. */
  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void aReinstalledGuardLetsHeldNetworksContinue(String driver) throws Exception {
    make(nodeSpec(driver));
    node.nft("flush ruleset");
    NodeSpec nodeSpec = nodeSpec(driver);
    LocalEndpoint held = TestSpecs.endpoint(witness, "eth0", "10.77.0.3/24");
    LocalEndpoint unreadable =
        new LocalEndpoint(
            held.id(),
            Path.of("/run/netns/gone-" + held.id()),
            "eth0",
            held.mac(),
            held.addresses(),
            true);
    TestSpecs.pick(nodeSpec, "net").local().put(held.id(), unreadable);

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec, PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.endpoint()).isEqualTo(held.id()));
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
    intrude("evil");
    assertThat(injects()).isFalse();
  }

  /** The same for a network that cannot be built. */
  @Test
  void aReinstalledGuardGuardsAHeldNetwork() throws Exception {
    make(nodeSpec("overlay"));
    node.nft("flush ruleset");
    NodeSpec nodeSpec =
        new NodeSpec(
            nodeSpec("overlay").node(),
            Optional.empty(),
            nodeSpec("overlay").networks(),
            true,
            Optional.empty());

    ReconcileOutcome outcome = lab.plane(node).reconcile(nodeSpec, PassScope.EVERYTHING);

    assertThat(outcome.of("net").problems()).isNotEmpty();
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
    assertThat(node.ruleset()).contains(hostEnd(victim), TUNNEL);
    intrude("evil");
    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
  }
}
