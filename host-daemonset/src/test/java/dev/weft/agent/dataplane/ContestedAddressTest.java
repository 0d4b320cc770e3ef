package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.HostNetworkSpec;
import dev.weft.mesh.Macs;
import dev.weft.mesh.RemoteEndpoint;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sandbox requests an address that another one holds. The holder keeps its traffic throughout.
 */
class ContestedAddressTest {
  private static final InetAddress FAR = InetAddress.ofLiteral("10.77.0.9");

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final Box victim = lab.box("victim");
  private final Box witness = lab.box("witness");
  private final Box hostile = lab.box("hostile");
  private final DataPlane plane = lab.plane(node);
  private final LocalEndpoint held = TestSpecs.endpoint(victim, "eth0", "10.77.0.2/24");
  private final LocalEndpoint other = TestSpecs.endpoint(witness, "eth0", "10.77.0.3/24");

  @BeforeEach
  void nodeHasAnUplink() {
    lab.cable(lab.box("other"), "w0", node, "uplink");
    node.address("uplink", "192.0.2.1/24");
  }

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  private static HostNetworkSpec spec(String driver) {
    return driver.equals("bridge")
        ? TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/24", "10.77.0.1"))
        : TestSpecs.overlay(1, 4242, TestSpecs.subnet("10.77.0.0/24"));
  }

  private static NodeSpec nodeSpec(HostNetworkSpec spec, LocalEndpoint... endpoints) {
    return TestSpecs.from(
        "192.0.2.1",
        Map.of(
            "net",
            TestSpecs.with(
                TestSpecs.network(spec, endpoints),
                new RemoteEndpoint(FAR, Macs.of(FAR), InetAddress.ofLiteral("192.0.2.2")))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge", "overlay"})
  void aSandboxOfTheNodeKeepsWhatItHolds(String driver) {
    asksFor(spec(driver), "10.77.0.2/24");
  }

  @Test
  void aSandboxOfAnotherNodeKeepsWhatItHolds() {
    asksFor(spec("overlay"), "10.77.0.9/24");
  }

  private void asksFor(HostNetworkSpec spec, String address) {
    ReconcileOutcome _ = plane.reconcile(nodeSpec(spec, held, other), PassScope.EVERYTHING);
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
    Map<String, Object> before = node.everything();
    LocalEndpoint asking = TestSpecs.bare(TestSpecs.endpoint(hostile, "eth0", address));
    PassScope scope = PassScope.endpoint("net", asking.id());

    ReconcileOutcome _ = plane.reconcile(nodeSpec(spec, held, other, asking), scope);

    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();

    ReconcileOutcome _ = plane.reconcile(nodeSpec(spec, held, other), scope);

    assertThat(node.everything()).isEqualTo(before);
    assertThat(witness.reaches(victim, "10.77.0.2")).isTrue();
  }
}
