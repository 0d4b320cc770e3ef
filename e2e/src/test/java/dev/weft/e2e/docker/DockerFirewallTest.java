package dev.weft.e2e.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.Conditions;
import dev.weft.api.HostNetwork;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.Dockerd;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.lab.LabNode;
import dev.weft.e2e.lab.Labs;
import dev.weft.e2e.lab.Root;
import dev.weft.e2e.lab.Script;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An engine with its own defaults drops what the node forwards, and what stays in one bridge. */
@Tag("docker")
class DockerFirewallTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern COMMAND = Pattern.compile("iptables -I [^;]+ -j ACCEPT");
  private static final String NETWORKS =
      """
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: blue}
      spec:
        driver: overlay
        subnets: [{cidr: 10.10.0.0/24}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: ContainerNetwork
      metadata: {name: web}
      spec:
        driver: bridge
        subnets: [{cidr: 10.20.0.0/24}]
      """;

  private static Lab lab;
  private static LabNode node;
  private static Dockerd engine;

  /** An engine sets FORWARD to DROP if it switches forwarding on itself. */
  @BeforeAll
  static void aNodeWithAnEngineThatWritesItsRules() {
    assumeTrue(Root.is(), Root.REASON);
    assumeTrue(
        Dockerd.missingForFirewall().isEmpty(), () -> Dockerd.missingForFirewall().orElse(""));
    lab = Lab.create(Labs.name());
    lab.install(Path.of("../manifests"));
    lab.startOperator();
    node =
        lab.addNode(
            each ->
                onNode(
                    each,
                    "sysctl -q -w net.ipv4.ip_forward=0 net.bridge.bridge-nf-call-iptables=1"),
            "--docker",
            "unix://" + Dockerd.socket(lab, 1));
    engine = Dockerd.startWithFirewall(lab, node, 1);
    for (HasMetadata each :
        lab.client()
            .load(new ByteArrayInputStream(NETWORKS.getBytes(StandardCharsets.UTF_8)))
            .items()) {
      lab.client().resource(each).create();
    }
  }

  @AfterAll
  static void removeTheLab() {
    if (lab != null) {
      if (engine != null) {
        engine.docker("rm", "-f", "one", "two");
        engine.stop();
      }
      lab.close();
    }
  }

  @Test
  void eachNetworkNamesTheCommandsThatLetItsPacketsPass() {
    assertThat(onNode(node, "iptables -S FORWARD")).contains("-P FORWARD DROP");
    for (String name : List.of("one", "two")) {
      engine.docker("run", "-d", "--name", name, "-l", "weft.dev/networks=blue, web", "busybox");
    }
    for (String network : List.of("blue", "web")) {
      await(network)
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(degraded(network)).contains("DOCKER-USER"));
      assertThat(reaches(network)).as("packets of %s before", network).isFalse();

      for (int commands = 0; !degraded(network).isEmpty(); ) {
        List<String> named =
            COMMAND.matcher(degraded(network)).results().map(MatchResult::group).toList();
        assertThat(named).as(degraded(network)).isNotEmpty();
        named.forEach(each -> onNode(node, each));
        String before = degraded(network);
        await(network).atMost(PATIENCE).until(() -> !degraded(network).equals(before));
        assertThat(++commands).isLessThan(4);
      }

      assertThat(reaches(network)).as("packets of %s after", network).isTrue();
      assertThat(new Cluster(lab.client()).isReady(network)).isTrue();
    }
    assertThat(onNode(node, "iptables -S FORWARD"))
        .as("Docker's own rules")
        .contains("-P FORWARD DROP", "-A FORWARD -j DOCKER-USER");
  }

  private static String degraded(String network) {
    HostNetwork found =
        lab.client().resources(HostNetwork.class).withName(network + "." + node.name()).get();
    return found == null || found.getStatus() == null
        ? ""
        : Conditions.find(found.getStatus().conditions(), Conditions.DEGRADED)
            .map(Condition::getMessage)
            .orElse("");
  }

  private static boolean reaches(String network) {
    return engine.succeeds("exec", "one", "ping", "-c", "1", "-W", "3", addressOfTwo(network));
  }

  private static String addressOfTwo(String network) {
    String address =
        lab.client().resources(NetworkEndpoint.class).list().getItems().stream()
            .filter(each -> network.equals(each.getSpec().network()))
            .filter(each -> "two".equals(each.getSpec().sandbox().container()))
            .map(each -> each.getSpec().address())
            .findFirst()
            .orElseThrow();
    return address.substring(0, address.indexOf('/'));
  }

  private static String onNode(LabNode node, String command) {
    Script script = Script.run(node.namespaceName(), command);
    assertThat(script.status()).as("%s: %s", command, script.output()).isZero();
    return script.output();
  }
}
