package dev.weft.agent.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.KernelLab.Box;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.HostNetworkSpec;
import dev.weft.netlink.Outcome.Done;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.LinkSettings;
import dev.weft.netlink.rtnl.LinkSpec;
import dev.weft.netlink.rtnl.Request;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Behaviour at limits of the kernel. */
class LimitsTest {
  private static final String BRIDGE = "wb-000000010000";
  private static final String OTHER = "wb-000000020000";

  /** {@code BR_MAX_PORTS} without port 0. */
  private static final int PORTS = 1023;

  private final KernelLab lab = new KernelLab();
  private final Box node = lab.box("node");
  private final DataPlane plane = lab.plane(node);

  @AfterEach
  void nothingStays() {
    lab.close();
  }

  @Test
  void anEndpointMoreThanABridgeHasPortsForIsRefusedAndNoOtherIs() {
    HostNetworkSpec full = TestSpecs.bridge(1, TestSpecs.subnet("10.77.0.0/22", "10.77.0.1"));
    HostNetworkSpec other = TestSpecs.bridge(2, TestSpecs.subnet("10.78.0.0/24", "10.78.0.1"));
    plane.reconcile(
        TestSpecs.from(
            "192.0.2.1",
            Map.of("full", TestSpecs.network(full), "other", TestSpecs.network(other))),
        PassScope.EVERYTHING);
    int bridge = node.link(BRIDGE).index();
    List<Request> ports =
        IntStream.range(0, PORTS)
            .<Request>mapToObj(i ->
                new Request.LinkAdd(
                    new LinkSpec(
                        "port" + i,
                        new LinkKind.Veth("peer" + i),
                        LinkSettings.builder().master(bridge).build())))
            .toList();
    assertThat(node.netlink().execute(ports)).allMatch(each -> each instanceof Done);

    LocalEndpoint late = TestSpecs.endpoint(lab.box("late"), "eth0", "10.77.0.2/22");
    LocalEndpoint fine = TestSpecs.endpoint(lab.box("fine"), "eth0", "10.78.0.2/24");
    ReconcileOutcome outcome =
        plane.reconcile(
            TestSpecs.from(
                "192.0.2.1",
                Map.of(
                    "full",
                    TestSpecs.network(full, late),
                    "other",
                    TestSpecs.network(other, fine))),
            PassScope.EVERYTHING);

    assertThat(outcome.of("full").problems())
        .anySatisfy(each -> {
          assertThat(each.endpoint()).isEqualTo(late.id());
          assertThat(each.toString()).contains("1023 ports", "fewer pods");
        });
    assertThat(outcome.of("other").problems()).isEmpty();
    assertThat(node.link(OTHER).isUp()).isTrue();
  }
}
