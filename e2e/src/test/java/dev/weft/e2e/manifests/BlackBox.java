package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Weft's life on a cluster, as its administrator sees it: installation, networks, pods, upgrade,
 * removal. Subclasses provide the cluster. The images are those of {@code ./weft images}.
 */
abstract class BlackBox {
  private static final String AGENTS = "app.kubernetes.io/name=weft-agent";
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MANIFESTS = ROOT.resolve("manifests");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String TIMEOUT = "--timeout=" + PATIENCE.toSeconds() + "s";
  private static final List<String> NETWORKS = List.of("blue", "db", "lan", "web");

  private final Kubectl kubectl = Kubectl.withComponentsOrSkip();
  private TestCluster cluster;
  private List<String> nodes = List.of();

  @TempDir private Path scratch = Path.of("");

  /** The cluster; skips the test where there is none. */
  abstract TestCluster cluster() throws IOException;

  @BeforeEach
  void bringImagesToTheCluster() throws IOException {
    List<Path> images =
        Stream.of("weft-operator.tar", "weft-agent.tar")
            .map(ROOT.resolve("target/images")::resolve)
            .toList();
    images.forEach(tar -> assumeTrue(Files.exists(tar), tar + ": run ./weft images first"));
    cluster = cluster();
    await().atMost(PATIENCE).until(() -> run("get", "nodes", "-o", "name").lines().count() >= 2);
    run("wait", "--for=condition=Ready", TIMEOUT, "nodes", "--all");
    nodes = values("nodes", "{.items[*].metadata.name}");
    images.forEach(cluster::load);
  }

  @AfterEach
  void endTheCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void installsCarriesPodsIsReplacedUnderThemAndLeavesNothing() throws IOException {
    install();
    assertThat(values("meshnodes", "{.items[*].metadata.name}"))
        .containsExactlyInAnyOrderElementsOf(nodes);

    NETWORKS.forEach(each -> run("apply", "-f", MANIFESTS + "/samples/" + each + ".yaml"));
    NETWORKS.forEach(this::awaitNetwork);
    assertThat(values("hostnetworks", "{.items[?(@.spec.network=='web')].spec.node}"))
        .containsExactlyInAnyOrderElementsOf(nodes);

    run("apply", "-f", pods().toString());
    run("wait", "--for=condition=Ready", TIMEOUT, "pods", "--all");
    NETWORKS.forEach(this::awaitNetwork);
    reaches("a", "b", "blue");
    reaches("b", "a", "blue");
    reaches("a", "b", "lan");
    reaches("web-1", "web-2", "web");
    noProgramWasRestarted();
    aNodePassesItsCheckup();

    replacedAgentsLoseNoPacket();
    anOperatorThatEndsIsFollowedByTheOther();
    leavesNothing();
  }

  private void install() throws IOException {
    // an API server knows fields that a kubectl of another version has not heard of
    run("apply", "--validate=false", "-f", installable().toString());
    run("-n", "weft-system", "rollout", "status", "daemonset/weft-agent", TIMEOUT);
    run("-n", "weft-system", "rollout", "status", "deployment/weft-operator", TIMEOUT);
  }

  /** Follows docs/reference/requirements.md. */
  private void aNodePassesItsCheckup() {
    assertThat(
            run(
                "-n",
                "weft-system",
                "exec",
                run("-n", "weft-system", "get", "pods", "-o", "name", "-l", AGENTS)
                    .lines()
                    .findFirst()
                    .orElseThrow(),
                "--",
                "java",
                "-Xmx64m",
                "-cp",
                "@/app/jib-classpath-file",
                "dev.weft.agent.AgentMain",
                "doctor"))
        .contains("tunnels start at", "checks: 0 failed");
  }

  private void replacedAgentsLoseNoPacket() {
    List<String> before = endpoints();
    inPod(
        "a",
        "ping -q -i 0.1 %s >/tmp/ping 2>&1 & echo $! >/tmp/pid".formatted(address("b", "blue")));
    run("-n", "weft-system", "rollout", "restart", "daemonset/weft-agent");
    run("-n", "weft-system", "rollout", "status", "daemonset/weft-agent", TIMEOUT);
    NETWORKS.forEach(this::awaitNetwork);
    inPod("a", "kill -INT $(cat /tmp/pid)");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(inPod("a", "cat /tmp/ping")).contains("packets transmitted"));
    assertThat(inPod("a", "cat /tmp/ping")).contains(" 0% packet loss");
    assertThat(endpoints()).isEqualTo(before);
  }

  private void anOperatorThatEndsIsFollowedByTheOther() {
    run("-n", "weft-system", "scale", "deployment/weft-operator", "--replicas=2");
    run("-n", "weft-system", "rollout", "status", "deployment/weft-operator", TIMEOUT);
    String leader = leader();
    String pod = leader.substring(0, leader.indexOf('_'));
    run("-n", "weft-system", "delete", "pod", pod, TIMEOUT);
    assertThat(leader()).isNotEqualTo(leader);
    run("delete", "containernetwork", "db", "--wait=false");
    run("delete", "pod", "db-1", "--ignore-not-found", "--grace-period=1");
    run("wait", "--for=delete", "containernetwork/db", TIMEOUT);
  }

  private void leavesNothing() throws IOException {
    run("delete", "pods", "--all", "--grace-period=1");
    witnesses();
    assertThat(marksOnNodes()).isNotEmpty();

    run("apply", "-f", MANIFESTS.resolve("cleanup.yaml").toString());
    run("-n", "weft-cleanup", "wait", "--for=condition=complete", TIMEOUT, "job/weft-cleanup");
    assertThat(run("-n", "weft-cleanup", "logs", "job/weft-cleanup"))
        .contains("deleted ContainerNetwork blue", "nothing of Weft is left in the API")
        .doesNotContain("by force");
    run("delete", "--ignore-not-found", "--wait=false", "-f", installable().toString());
    run("-n", "weft-cleanup", "rollout", "status", "daemonset/weft-clean", TIMEOUT);
    assertThat(marksOnNodes()).isEmpty();
    run("delete", "-f", MANIFESTS.resolve("cleanup.yaml").toString(), TIMEOUT);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(run("get", "crds,namespaces", "-o", "name").lines())
                .noneMatch(each -> each.contains("weft")));
    run("delete", "pods", "--all", "--grace-period=1");
  }

  private void awaitNetwork(String name) {
    try {
      run("wait", "--for=condition=Ready", TIMEOUT, "containernetwork/" + name);
    } catch (AssertionError notReady) {
      notReady.addSuppressed(
          new AssertionError(
              run("get", "containernetworks,hostnetworks,meshnodes", "-o", "yaml")
                  + run("-n", "weft-system", "get", "pods", "-o", "wide")
                  + run("-n", "weft-system", "logs", "-l", AGENTS)));
      throw notReady;
    }
  }

  private void reaches(String from, String to, String network) {
    assertThat(inPod(from, "ping -c 3 -W 5 " + address(to, network))).contains(" 0% packet loss");
  }

  private String address(String pod, String network) {
    String query = "{.items[?(@.spec.sandbox.pod=='%s')].metadata.name}".formatted(pod);
    return values("networkendpoints", query).stream()
        .filter(each -> each.startsWith(network + "."))
        .map(each -> each.substring(network.length() + 1))
        .findFirst()
        .orElseThrow(() -> new AssertionError(pod + " has no address on " + network));
  }

  private List<String> endpoints() {
    return values("networkendpoints", "{range .items[*]}{.metadata.uid}={.spec} {end}");
  }

  private void noProgramWasRestarted() {
    String query = "{.items[*].status.containerStatuses[*].restartCount}";
    assertThat(run("-n", "weft-system", "get", "pods", "-o", "jsonpath=" + query)).matches("[0 ]+");
  }

  private String leader() {
    String query = "jsonpath={.spec.holderIdentity}";
    return await()
        .atMost(PATIENCE)
        .until(
            () -> run("-n", "weft-system", "get", "lease", "weft-operator", "-o", query),
            each -> !each.isEmpty());
  }

  /** The samples' pods, on this cluster's nodes and with its image. */
  private Path pods() throws IOException {
    List<String> documents = new ArrayList<>();
    for (JsonNode pod : Documents.of(Files.readString(MANIFESTS.resolve("samples/pods.yaml")))) {
      int number = Integer.parseInt(pod.at("/spec/nodeName").asText().replaceFirst("weft-", ""));
      if (number <= nodes.size()) {
        ((ObjectNode) pod.path("spec")).put("nodeName", nodes.get(number - 1));
        pod.at("/spec/containers")
            .forEach(each -> ((ObjectNode) each).set("image", new TextNode(cluster.podImage())));
        documents.add(pod.toString());
      }
    }
    return Files.writeString(
        scratch.resolve("pods.json"),
        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[%s]}"
            .formatted(String.join(",", documents)));
  }

  /** A pod on each node that shares the node's network, for inspection. */
  private void witnesses() throws IOException {
    StringBuilder documents = new StringBuilder();
    for (String node : nodes) {
      documents.append(
          """
          ---
          apiVersion: v1
          kind: Pod
          metadata: {name: witness-%s}
          spec:
            nodeName: %s
            hostNetwork: true
            containers:
            - {name: shell, image: "%s", command: [sleep, infinity]}
          """
              .formatted(node, node, cluster.podImage()));
    }
    Path file = Files.writeString(scratch.resolve("witnesses.yaml"), documents);
    run("apply", "-f", file.toString());
    run("wait", "--for=condition=Ready", TIMEOUT, "pods", "--all");
  }

  /** The marks of Weft on the nodes' devices. */
  private List<String> marksOnNodes() {
    return nodes.stream()
        .flatMap(node -> inPod("witness-" + node, "cat /sys/class/net/*/ifalias").lines())
        .filter(each -> each.startsWith("weft.dev/"))
        .toList();
  }

  private String inPod(String pod, String command) {
    return run("exec", pod, "--", "sh", "-c", command);
  }

  private List<String> values(String kind, String query) {
    return run("get", kind, "-o", "jsonpath=" + query)
        .transform(each -> each.isBlank() ? List.of() : List.of(each.strip().split(" +")));
  }

  /** The installation, without the policy if the API server is too old for it. */
  private Path installable() throws IOException {
    boolean policies = run("api-resources", "-o", "name").contains("validatingadmissionpolicies");
    String all = Files.readString(MANIFESTS.resolve("install.yaml"));
    List<String> documents =
        Stream.of(all.split("(?m)^---$", -1))
            .filter(each -> policies || !each.contains("kind: ValidatingAdmissionPolicy"))
            .toList();
    return Files.writeString(scratch.resolve("install.yaml"), String.join("---", documents));
  }

  private String run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig", cluster.kubeconfig().toString()));
    all.addAll(List.of(arguments));
    return kubectl.run(all.toArray(String[]::new)).orFail();
  }
}
