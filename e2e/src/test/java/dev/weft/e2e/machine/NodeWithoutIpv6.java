package dev.weft.e2e.machine;

import static dev.weft.e2e.machine.AgentNode.Network.CLEAR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.dataplane.DataPlane;
import dev.weft.agent.dataplane.spec.LocalEndpoint;
import dev.weft.agent.dataplane.spec.NetworkSpec;
import dev.weft.agent.dataplane.spec.NodeSpec;
import dev.weft.agent.dataplane.spec.PassScope;
import dev.weft.agent.dataplane.spec.ReconcileOutcome;
import dev.weft.api.BridgeOptions;
import dev.weft.api.HostNetworkSpecBuilder;
import dev.weft.api.Subnet;
import dev.weft.e2e.net.Ping;
import dev.weft.mesh.Macs;
import dev.weft.netlink.IpPrefix;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * A kernel that was booted with {@code ipv6.disable=1}, which no namespace of another has. Only
 * {@link MachineWithoutIpv6Test} runs it.
 */
class NodeWithoutIpv6 {
  private static final InetAddress POD = InetAddress.ofLiteral("10.60.0.2");
  private static final Subnet IPV4 = new Subnet("10.60.0.0/24", "10.60.0.1", null, null, null);

  @AutoClose private final AgentLan lan = new AgentLan();

  @Test
  void anOverlayCarriesIpv4() {
    assertThat(Path.of("/proc/sys/net/ipv6")).as("this kernel's IPv6").doesNotExist();
    Awaitility.setDefaultTimeout(AgentLan.PATIENCE);
    lan.nodes(2, false);

    lan.carried(CLEAR);

    assertThat(lan.first().problems()).isEmpty();
  }

  @Test
  void aBridgeCarriesIpv4AndADualStackOneIsRefusedWithTheReason() {
    AgentNode node = lan.node(1, false);
    try (DataPlane plane = node.dataPlane()) {
      ReconcileOutcome outcome =
          plane.reconcile(
              new NodeSpec(
                  node.name(),
                  Optional.empty(),
                  Map.of(
                      "web",
                      network(1, node, IPV4),
                      "dual",
                      network(
                          2,
                          node,
                          new Subnet("10.61.0.0/24", "10.61.0.1", null, null, null),
                          new Subnet("fd61::/64", "fd61::1", null, null, null))),
                  true,
                  Optional.empty()),
              PassScope.EVERYTHING);

      assertThat(outcome.of("web").problems()).isEmpty();
      assertThat(Ping.once(node.sandbox(), InetAddress.ofLiteral("10.60.0.1"), AgentLan.PATIENCE))
          .isPresent();
      assertThat(outcome.of("dual").isStalled()).isTrue();
      assertThat(outcome.of("dual").problems())
          .singleElement()
          .asString()
          .contains("fd61:", "ipv6.disable=1", "leave the block out");
    }
  }

  private static NetworkSpec network(int number, AgentNode node, Subnet... subnets) {
    String uid = "0000006%d-0000-4000-8000-000000000000".formatted(number);
    String name = number == 1 ? "web" : "dual";
    LocalEndpoint local =
        new LocalEndpoint(
            node.name() + ".eth0",
            node.sandboxFile(),
            "eth0",
            Macs.of(POD),
            List.of(new IpPrefix(POD, 24)),
            false);
    return new NetworkSpec(
        uid,
        HostNetworkSpecBuilder.builder()
            .network(name)
            .networkUid(uid)
            .node(node.name())
            .driver("bridge")
            .interfacePrefix("eth")
            .subnets(List.of(subnets))
            .bridge(new BridgeOptions("br-" + name, true, true, "NAT"))
            .build(),
        number == 1 ? Map.of(local.id(), local) : Map.of(),
        Map.of());
  }
}
