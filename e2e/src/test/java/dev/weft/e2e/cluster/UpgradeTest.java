package dev.weft.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Root;
import dev.weft.e2e.net.SteadyPing;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** This version replaces the previous one while pods are on its networks. */
@Tag("api-server")
class UpgradeTest {
  private static final String NOW = System.getProperty("java.class.path");

  @Test
  void losesNoPacketAndChangesNoEndpoint() throws Exception {
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(
        Boolean.getBoolean("weft.upgrade"),
        "it builds the version before, which takes minutes; ask for it with -Dweft.upgrade=true");
    String before = classPathOfTheVersionBefore();
    try (Lab lab = InLab.start(2)) {
      run(lab, before, "--keys");
      Made made = new Made(lab);
      made.network("blue", "driver: overlay");
      made.network("web", "driver: bridge");
      made.runningPod("a", "weft-1", "blue, web");
      made.runningPod("b", "weft-2", "blue, web");
      LabSandboxes sandboxes = new LabSandboxes(lab);
      Map<String, String> endpoints = endpoints(lab);
      assertThat(endpoints).hasSize(4);

      try (SteadyPing ping = sandboxes.steadyPing("a", "b", "blue")) {
        run(lab, NOW);
        made.runningPod("c", "weft-1", "blue");
        InLab.awaitReady(new Cluster(lab.client()), "blue");
        InLab.awaitReady(new Cluster(lab.client()), "web");

        assertThat(ping.stop()).isZero();
      }
      assertThat(endpoints(lab)).containsAllEntriesOf(endpoints);
      assertThat(sandboxes.reaches("c", "b", "blue")).isTrue();
      made.close();
    }
  }

  /** Replaces one program after the other, each once the previous one answers again. */
  private static void run(Lab lab, String classPath, String... unknown) {
    for (LabNode node : lab.nodes()) {
      node.agent().stop();
      ZonedDateTime stopped = ZonedDateTime.now(ZoneOffset.UTC);
      node.agent().restart(classPath, unknown);
      await("the agent of " + node.name())
          .atMost(InLab.PATIENCE)
          .until(() -> renewed(lab, "weft-agent-" + node.name()).isAfter(stopped));
    }
    lab.operator().stop();
    lab.operator().restart(classPath);
  }

  private static ZonedDateTime renewed(Lab lab, String name) {
    Lease lease = lab.client().leases().inNamespace("weft-system").withName(name).get();
    return lease.getSpec().getRenewTime();
  }

  /** The fields of each endpoint on which its sandbox and its peers depend. */
  private static Map<String, String> endpoints(Lab lab) {
    return lab.client().resources(NetworkEndpoint.class).list().getItems().stream()
        .collect(
            Collectors.toMap(
                each -> each.getMetadata().getName() + " " + each.getMetadata().getUid(),
                each -> String.valueOf(each.getSpec())));
  }

  private static String classPathOfTheVersionBefore() throws IOException, InterruptedException {
    Process build = new ProcessBuilder(List.of("src/main/sh/previous")).start();
    String classPath = new String(build.getInputStream().readAllBytes(), UTF_8).strip();
    String why = new String(build.getErrorStream().readAllBytes(), UTF_8).strip();
    int status = build.waitFor();
    assumeTrue(status != 3, why);
    assertThat(status).as(why).isZero();
    return classPath;
  }
}
