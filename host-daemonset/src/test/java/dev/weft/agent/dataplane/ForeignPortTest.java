package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.kernel.ForeignPort;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.mesh.Macs;
import dev.weft.netlink.LanFrames;
import dev.weft.netlink.MacAddress;
import dev.weft.netlink.PacketSocket;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignPortTest extends ForeignPorts {
  @Test
  void aPassOverAnotherNetworkReportsItAsWell() {
    NodeSpec both =
        TestSpecs.from(
            "192.0.2.1",
            Map.of(
                "net",
                TestSpecs.network(spec("bridge")),
                "other",
                TestSpecs.network(
                    TestSpecs.bridge(2, TestSpecs.subnet("10.78.0.0/24", "10.78.0.1")))));
    make(both);
    intrude("evil");

    ReconcileOutcome outcome = plane.reconcile(both, PassScope.network("other"));

    assertThat(outcome.of("net").repaired()).anyMatch(each -> each.contains("'evil'"));
  }

  @Test
  void aForeignPortWithABinaryNameIsDetectedAndShut() throws Exception {
    NodeSpec alone = nodeSpec("bridge");
    make(alone);
    plane.onDrift(drift::add);
    lab.cable(hostile, "x0", node, "evil");
    int port = node.link("evil").index();
    Process rename =
        new ProcessBuilder(
                "nsenter",
                "--net=" + node.file(),
                "sh",
                "-c",
                "ip link set evil down; ip link set evil name \"$(printf 'w\\377')\"")
            .inheritIO()
            .start();
    assertThat(rename.waitFor()).isZero();

    node.netlink()
        .linkSet(port, LinkSettings.builder().up(true).master(node.link(BRIDGE).index()).build());

    await().atMost(PATIENCE).until(() -> !drift.isEmpty());
    plane.reconcile(alone, drift.remove().scope());
    assertThat(ForeignPort.isShut(node.netlink().link(port).orElseThrow())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void noFramePassesBetweenItAndTheSandboxes(String driver) throws Exception {
    make(nodeSpec(driver));

    intrude("evil");

    assertThat(injects()).isFalse();
    assertThat(overhears()).isFalse();
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }

  @Test
  void theNodeDoesNotSpeakWithIt() {
    make(nodeSpec("bridge"));

    intrude("evil");

    hostile.address("x0", "10.77.0.66/24");
    assertThat(hostile.reaches(node, "10.77.0.1")).isFalse();
    assertThat(witness.reaches(node, "10.77.0.1")).isTrue();
  }

  @Test
  void aTunnelsFramesComeInAndGoOut() {
    Box far = lab.box("far");
    Box pod = lab.box("pod");
    DataPlane other = lab.plane(far);
    lab.cable(far, "u0", node, "u1");
    far.address("u0", "192.0.2.130/25");
    node.address("u1", "192.0.2.129/25");
    Map<String, NetworkSpec> here =
        Map.of(
            "net",
            TestSpecs.with(
                TestSpecs.network(
                    spec("overlay"), TestSpecs.endpoint(victim, "eth0", "10.77.0.2/24")),
                TestSpecs.remote("10.77.0.9", "192.0.2.130")));
    Map<String, NetworkSpec> there =
        Map.of(
            "net",
            TestSpecs.with(
                TestSpecs.network(spec("overlay"), TestSpecs.endpoint(pod, "eth0", "10.77.0.9/24")),
                TestSpecs.remote("10.77.0.2", "192.0.2.129")));
    make(meshed("192.0.2.129", here));
    assertThat(other.reconcile(meshed("192.0.2.130", there), PassScope.EVERYTHING).of("net"))
        .satisfies(outcome -> assertThat(outcome.problems()).isEmpty());

    assertThat(pod.reaches(victim, "10.77.0.2")).isTrue();
    assertThat(victim.reaches(pod, "10.77.0.9")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void isReportedOnceByItsNameAndStays(String driver) {
    make(nodeSpec(driver));
    plane.onDrift(drift::add);

    intrude("evil");

    await().until(() -> !drift.isEmpty());
    assertThat(drift).allSatisfy(event -> assertThat(event.what()).contains("evil", BRIDGE));
    ReconcileOutcome outcome = make(nodeSpec(driver));
    assertThat(outcome.of("net").repaired())
        .singleElement()
        .satisfies(line -> assertThat(line).contains("evil", BRIDGE));
    Link evil = node.link("evil");
    assertThat(evil.master()).isEqualTo(node.link(BRIDGE).index());
    assertThat(evil.isUp()).isTrue();
    drift.clear();
    assertThat(make(nodeSpec(driver)).of("net").repaired()).isEmpty();
    node.down(BRIDGE); // a change after all notifications of our own changes
    await().until(() -> !drift.isEmpty());
    assertThat(drift).noneMatch(event -> event.what().contains("evil"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void takesNoSandboxsTraffic(String driver) throws Exception {
    make(nodeSpec(driver));
    intrude("evil");
    MacAddress mac = Macs.of(InetAddress.ofLiteral("10.77.0.2"));
    try (PacketSocket from = socket(hostile, "x0")) {
      from.send(frame(mac, MacAddress.BROADCAST));
      from.send(LanFrames.announcement(mac, GATEWAY));
      make(nodeSpec(driver));
      for (int i = 0; i < 3; i++) {
        from.send(frame(mac, MacAddress.BROADCAST));
        from.send(frame(mac, MacAddress.parse("01:80:c2:00:00:0e")));
        assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
      }
    }
  }

  @Test
  void manyOfThemCauseFewPasses() {
    make(nodeSpec("bridge"));
    plane.onDrift(event -> {
      drift.add(event);
      Thread.startVirtualThread(() -> {
        ReconcileOutcome _ = plane.reconcile(nodeSpec("bridge"), event.scope());
      });
    });

    for (int i = 0; i < 200; i++) {
      node.netlink()
          .linkAdd(
              new LinkSpec(
                  "evil" + i,
                  new LinkKind.Veth("x" + i),
                  LinkSettings.builder().master(node.link(BRIDGE).index()).build()));
    }

    await()
        .atMost(Duration.ofMinutes(1))
        .until(() ->
            node.netlink().links().stream()
                .filter(link -> link.name().startsWith("evil"))
                .allMatch(ForeignPort::isShut));
    assertThat(drift).hasSizeBetween(1, 10);
  }
}
