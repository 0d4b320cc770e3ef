package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.JavaProgram;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.net.SteadyPing;
import dev.weft.netlink.rtnl.Link;
import dev.weft.netlink.rtnl.LinkKind;
import dev.weft.netlink.rtnl.Netlink;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("api-server")
@ExtendWith(InLab.class)
class FaultsTest {
  private final Lab lab;
  private final Cluster cluster;
  private final LabSandboxes sandboxes;
  private final Made made;

  FaultsTest(Lab lab) {
    this.lab = lab;
    this.cluster = new Cluster(lab.client());
    this.sandboxes = new LabSandboxes(lab);
    this.made = new Made(lab);
  }

  @AfterEach
  void removeWhatWasMade() {
    made.close();
  }

  @Test
  void aKilledAndRestartedAgentLosesNoPacket() {
    try (SteadyPing ping = sandboxes.steadyPing("a", "b", "blue")) {
      for (String name : new String[] {"weft-1", "weft-2"}) {
        JavaProgram agent = lab.node(name).agent();
        agent.kill();
        agent.restart();
      }
      made.runningPod("after-kill", "weft-1", "blue");

      assertThat(ping.stop()).isZero();
    }
    assertThat(sandboxes.reaches("after-kill", "b", "blue")).isTrue();
  }

  @Test
  void aKilledAndRestartedOperatorLosesNoPacketAndKeepsItsAllocations() {
    Integer vni = cluster.network("blue").orElseThrow().getStatus().vni();
    try (SteadyPing ping = sandboxes.steadyPing("a", "b", "blue")) {
      lab.operator().kill();
      lab.operator().restart();
      made.network("afterwards", "driver: overlay");
      InLab.awaitReady(cluster, "afterwards");

      assertThat(ping.stop()).isZero();
    }
    assertThat(cluster.network("blue").orElseThrow().getStatus().vni()).isEqualTo(vni);
    assertThat(cluster.network("afterwards").orElseThrow().getStatus().vni()).isNotEqualTo(vni);
  }

  @Test
  void anApiOutageOfTenSecondsLosesNoPacketAndDriftIsRepairedMeanwhile() {
    Duration outage = Duration.ofSeconds(10);
    try (SteadyPing ping = sandboxes.steadyPing("a", "b", "blue")) {
      long start = System.nanoTime();
      lab.nodes().forEach(node -> lab.relay().cut(node.address()));
      try (Netlink node = Netlink.open(lab.node("weft-3").namespace())) {
        node.linkDelete(vxlan(node).orElseThrow().index());
        await().atMost(InLab.PATIENCE).until(() -> vxlan(node).isPresent());
      }
      await()
          .atMost(outage.plusSeconds(5))
          .until(() -> System.nanoTime() - start > outage.toNanos());
      lab.nodes().forEach(node -> lab.relay().restore(node.address()));

      assertThat(ping.stop()).isZero();
    }
    made.runningPod("after-outage", "weft-2", "blue");
    assertThat(sandboxes.reaches("after-outage", "c", "blue")).isTrue();
  }

  @Test
  void aVxlanDeviceDeletedBehindTheAgentsBackIsRebuilt() {
    try (Netlink node = Netlink.open(lab.node("weft-1").namespace())) {
      int deleted = vxlan(node).orElseThrow().index();
      node.linkDelete(deleted);

      await()
          .atMost(InLab.PATIENCE)
          .until(() -> vxlan(node).filter(link -> link.index() != deleted).isPresent());
      await().atMost(InLab.PATIENCE).until(() -> sandboxes.reaches("a", "b", "blue"));
      assertThat(sandboxes.reaches("c", "a", "blue")).isTrue();
    }
  }

  @Test
  void aNodeThatJoinsLaterCarriesTheNetworks() {
    LabNode late = lab.addNode();
    await().atMost(InLab.PATIENCE).until(() -> cluster.isNodeReady(late.name()));
    made.runningPod("late", late.name(), "blue, lan");

    assertThat(sandboxes.reaches("late", "a", "blue")).isTrue();
    assertThat(sandboxes.reaches("b", "late", "blue")).isTrue();
    assertThat(sandboxes.reaches("late", "c", "lan")).isTrue();
  }

  private static Optional<Link> vxlan(Netlink node) {
    return node.links().stream().filter(link -> link.kind() instanceof LinkKind.Vxlan).findFirst();
  }
}
