package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Root;
import dev.weft.netlink.nft.Nftables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("api-server")
class DeletionTest {
  @Test
  void deletedNetworksLeaveEveryNodeByteIdenticalToBefore() throws Exception {
    assumeTrue(Root.is(), Root.REASON);
    try (Lab lab = InLab.start(2)) {
      Cluster cluster = new Cluster(lab.client());
      Map<String, String> before = states(lab);
      try (Made made = new Made(lab)) {
        made.network("blue", "driver: overlay");
        made.network("web", "driver: bridge");
        made.network(
            "lan", "driver: macvlan\nsubnets: [{cidr: 10.98.0.0/24}]\nmacvlan: {parent: eth0}");
        made.runningPod("a", "weft-1", "blue, web, lan");
        made.runningPod("b", "weft-2", "blue, web, lan");
        for (String network : List.of("blue", "web", "lan")) {
          InLab.awaitReady(cluster, network);
        }
        LabSandboxes sandboxes = new LabSandboxes(lab);
        assertThat(sandboxes.reaches("a", "b", "blue")).isTrue();
        assertThat(sandboxes.reaches("a", "b", "lan")).isTrue();
        assertThat(states(lab)).isNotEqualTo(before);
      }
      await().atMost(InLab.PATIENCE).untilAsserted(() -> assertThat(states(lab)).isEqualTo(before));
    }
  }

  /** Output of each command about the kernel, by node. */
  static Map<String, String> states(Lab lab) throws IOException, InterruptedException {
    List<List<String>> commands =
        List.of(
            List.of("ip", "-d", "link"),
            List.of("ip", "-4", "route", "show", "table", "all"),
            List.of("ip", "-6", "route", "show", "table", "all"),
            List.of("bridge", "fdb"));
    Map<String, String> states = new LinkedHashMap<>();
    for (LabNode node : lab.nodes()) {
      try (Nftables nftables = Nftables.open(node.namespace())) {
        states.put(node.name() + ": nft list ruleset", nftables.run("list ruleset"));
      }
      for (List<String> command : commands) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", node.namespaceName()));
        line.addAll(command);
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        states.put(node.name() + ": " + String.join(" ", command), output);
      }
    }
    return states;
  }
}
