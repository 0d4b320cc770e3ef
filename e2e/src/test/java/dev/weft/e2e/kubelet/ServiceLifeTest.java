package dev.weft.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.api.Conditions;
import dev.weft.api.NetworkEndpoint;
import dev.weft.api.OverlayService;
import dev.weft.api.OverlayServiceStatus;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.lab.KubeletNode;
import dev.weft.e2e.manifests.Kubectl;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A service from its first task to its end, with real controllers, scheduler and kubelets. The lab
 * has no cluster DNS, so the test resolves names from the EndpointSlices.
 */
@Tag("kubelet")
@ExtendWith(InKubeletLab.class)
class ServiceLifeTest {
  private static final String NEXT_IMAGE = "docker.io/local/busybox:2";
  private final KubeletLab lab;
  private final KubeletPods pods;
  private final Kubectl kubectl = Kubectl.orSkip();
  private final List<String> seen = new ArrayList<>();

  ServiceLifeTest(KubeletLab lab) {
    this.lab = lab;
    this.pods = new KubeletPods(lab);
  }

  @AfterEach
  void removeAll() {
    pods.close();
    kubectl("delete", "overlayservice", "web", "--ignore-not-found");
    kubectl("delete", "containernetwork", "shop", "--ignore-not-found");
    await()
        .atMost(InKubeletLab.PATIENCE)
        .until(() -> lab.client().resources(NetworkEndpoint.class).list().getItems().isEmpty());
  }

  @Test
  void aServiceIsAppliedScaledUpdatedMadeGlobalAndDeleted() throws Exception {
    for (KubeletNode node : lab.nodes()) {
      tag(node);
    }
    apply();
    awaitStatus("applied with 2 replicas", each -> isDone(each, 2));
    String virtual = Objects.requireNonNull(status().orElseThrow().vip());
    assertThat(resolve("web")).containsExactly(virtual);
    assertThat(resolve("web-tasks")).hasSize(2);

    say(kubectl("scale", "overlayservice", "web", "--replicas=5"));
    awaitStatus("scaled to 5", each -> isDone(each, 5));
    assertThat(resolve("web-tasks")).hasSize(5);
    say(kubectl("get", "overlayservice", "web", "-o", "wide"));

    for (int i = 1; i <= 3; i++) {
      pods.run("client-" + i, "node" + i, "shop", askingFor(virtual));
      pods.awaitRunning("client-" + i);
    }
    awaitAnswers("tasks of busybox:1", each -> each.startsWith("1 "), 50);
    kubectl(
        "patch",
        "overlayservice",
        "web",
        "--type=merge",
        "-p",
        "{\"spec\":{\"image\":\"%s\",\"template\":%s}}".formatted(NEXT_IMAGE, template(2)));
    awaitStatus("updated", each -> isDone(each, 5) && images().equals(Map.of(NEXT_IMAGE, 5L)));
    awaitAnswers("tasks of busybox:2", each -> each.startsWith("2 "), 50);
    Map<String, Long> answers = answers();
    say("requests during the rolling update, by task: " + answers);
    assertThat(answers.keySet()).noneMatch(each -> each.startsWith("FAILED"));

    kubectl(
        "patch",
        "overlayservice",
        "web",
        "--type=merge",
        "-p",
        "{\"spec\":{\"mode\":\"Global\",\"replicas\":null,\"update\":null}}");
    awaitStatus("global", each -> isDone(each, 3) && count(Deployment.class) == 0);
    assertThat(count(DaemonSet.class)).isEqualTo(1);
    assertThat(webPods().stream().map(each -> each.getSpec().getNodeName()).distinct().toList())
        .hasSize(3);

    for (int i = 1; i <= 3; i++) {
      pods.delete("client-" + i);
      pods.awaitGone("client-" + i);
    }
    say(kubectl("delete", "overlayservice", "web"));
    await()
        .atMost(InKubeletLab.PATIENCE)
        .until(() ->
            webPods().isEmpty()
                && count(DaemonSet.class) == 0
                && count(Service.class) == 0
                && count(EndpointSlice.class) == 0
                && lab.client().resources(NetworkEndpoint.class).list().getItems().isEmpty());
    say("deleted: 0 pods, 0 DaemonSets, 0 Services, 0 EndpointSlices, 0 NetworkEndpoints");
  }

  private void apply() {
    String yaml =
        """
        {"apiVersion":"v1","kind":"List","items":[
        {"apiVersion":"weft.dev/v1alpha1","kind":"ContainerNetwork","metadata":{"name":"shop"},
         "spec":{"driver":"overlay","subnets":[{"cidr":"10.30.0.0/24"}]}},
        {"apiVersion":"weft.dev/v1alpha1","kind":"OverlayService",
         "metadata":{"name":"web","namespace":"default"},
         "spec":{"network":"shop","replicas":2,"image":"%s","template":%s,
          "ports":[{"port":80,"targetPort":8080}],"update":{"order":"StartFirst"}}}]}
        """
            .formatted(KubeletLab.IMAGE, template(1));
    say(
        kubectl
            .feed(yaml, "--kubeconfig", lab.kubeconfig().toString(), "apply", "-f", "-")
            .orFail());
  }

  /**
   * Tasks that report their version and name; a terminating task answers until all clients know.
   */
  private static String template(int version) {
    return """
    {"spec":{"terminationGracePeriodSeconds":8,"containers":[{"name":"web","imagePullPolicy":"Never",
    "command":["sh","-c","mkdir /www; echo %d $(hostname) > /www/index.html; exec httpd -f -p 8080 -h /www"],
    "lifecycle":{"preStop":{"exec":{"command":["sleep","3"]}}},
    "readinessProbe":{"periodSeconds":1,"exec":{"command":["wget","-q","-O","-","http://127.0.0.1:8080/"]}}}]}}
    """
        .formatted(version)
        .replace("\n", "");
  }

  /** A shell loop that requests a page repeatedly, and prints each result. */
  private static String askingFor(String virtual) {
    return """
    n=0; while :; do n=$((n + 1))
    if a=$(wget -q -O - http://%s/); then echo "$a"; else echo "FAILED request $n"; fi
    done\
    """
        .formatted(virtual);
  }

  /** Gives the image of every node a second name. */
  private static void tag(KubeletNode node) throws IOException, InterruptedException {
    Path root = node.cri().getParent().getParent().getParent().getParent().resolve("root");
    ProcessBuilder ctr =
        new ProcessBuilder(
                root.resolve("usr/bin/ctr").toString(),
                "-a",
                node.cri().toString(),
                "-n",
                "k8s.io",
                "images",
                "tag",
                "--force",
                KubeletLab.IMAGE,
                NEXT_IMAGE)
            .inheritIO();
    ctr.environment().put("LD_LIBRARY_PATH", root.resolve("usr/lib/x86_64-linux-gnu").toString());
    assertThat(ctr.start().waitFor()).isZero();
  }

  private static boolean isDone(OverlayServiceStatus status, int tasks) {
    return Conditions.isTrue(status.conditions(), Conditions.READY)
        && Objects.equals(status.readyReplicas(), tasks)
        && Objects.equals(status.replicas(), tasks);
  }

  /** Waits, and returns every state seen meanwhile. */
  private void awaitStatus(String what, Predicate<OverlayServiceStatus> done) {
    long start = System.nanoTime();
    seen.clear();
    await(what)
        .atMost(InKubeletLab.PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() ->
            status()
                .filter(each -> {
                  String text =
                      "replicas %s, ready %s, endpoints %s, Ready=%s"
                          .formatted(
                              each.replicas(),
                              each.readyReplicas(),
                              each.endpoints(),
                              Conditions.find(each.conditions(), Conditions.READY)
                                  .map(it -> it.getStatus() + " (" + it.getMessage() + ")")
                                  .orElse(""));
                  if (seen.isEmpty() || !seen.getLast().equals(text)) {
                    seen.add(text);
                    say("  %5d ms %s".formatted((System.nanoTime() - start) / 1_000_000, text));
                  }
                  return Objects.equals(
                          each.observedGeneration(), service().getMetadata().getGeneration())
                      && done.test(each);
                })
                .isPresent());
    say(what);
  }

  private void awaitAnswers(String what, Predicate<String> of, int number) {
    Map<String, Long> before = answers();
    await(what)
        .atMost(InKubeletLab.PATIENCE)
        .untilAsserted(() -> {
          Map<String, Long> now = answers();
          long more =
              now.entrySet().stream()
                  .filter(each -> of.test(each.getKey()))
                  .mapToLong(each -> each.getValue() - before.getOrDefault(each.getKey(), 0L))
                  .sum();
          assertThat(more).as("%s", now).isGreaterThanOrEqualTo(number);
        });
  }

  private Map<String, Long> answers() {
    Map<String, Long> answers = new TreeMap<>();
    for (int i = 1; i <= 3; i++) {
      pods.log("client-" + i).lines().forEach(each -> answers.merge(each, 1L, Long::sum));
    }
    return answers;
  }

  private OverlayService service() {
    return lab.client()
        .resources(OverlayService.class)
        .inNamespace("default")
        .withName("web")
        .get();
  }

  private Optional<OverlayServiceStatus> status() {
    return Optional.ofNullable(service()).map(OverlayService::getStatus);
  }

  /** The answer of a cluster DNS for a headless Service. */
  private List<String> resolve(String name) {
    return lab
        .client()
        .resources(EndpointSlice.class)
        .inNamespace("default")
        .withLabel("kubernetes.io/service-name", name)
        .list()
        .getItems()
        .stream()
        .flatMap(each -> each.getEndpoints().stream())
        .filter(each -> Boolean.TRUE.equals(each.getConditions().getReady()))
        .flatMap(each -> each.getAddresses().stream())
        .toList();
  }

  private Map<String, Long> images() {
    return webPods().stream()
        .filter(each -> each.getMetadata().getDeletionTimestamp() == null)
        .collect(
            Collectors.groupingBy(
                each -> each.getSpec().getContainers().getFirst().getImage(),
                Collectors.counting()));
  }

  private List<Pod> webPods() {
    return mine(Pod.class);
  }

  private int count(Class<? extends HasMetadata> type) {
    return mine(type).size();
  }

  private <T extends HasMetadata> List<T> mine(Class<T> type) {
    return lab.client()
        .resources(type)
        .inNamespace("default")
        .withLabel("weft.dev/service", "web")
        .list()
        .getItems();
  }

  private String kubectl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig", lab.kubeconfig().toString()));
    all.addAll(List.of(arguments));
    return kubectl.run(all.toArray(String[]::new)).orFail();
  }

  private static void say(String text) {
    System.out.println(text.strip().isEmpty() ? "" : text.stripTrailing());
  }
}
