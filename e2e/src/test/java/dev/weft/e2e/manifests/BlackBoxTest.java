package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A whole cluster, as its owner meets Weft: install, networks, away again. The cluster is any that
 * {@code WEFT_CLUSTER} names the kubeconfig of; {@code WEFT_CLUSTER_LOAD} is a command that brings
 * an image's tar to all its nodes. The images are those of {@code ./weft images}.
 */
@Tag("cluster")
class BlackBoxTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MANIFESTS = ROOT.resolve("manifests");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String TIMEOUT = "--timeout=" + PATIENCE.toSeconds() + "s";

  private final Kubectl kubectl = Kubectl.orSkip();
  private final String kubeconfig = System.getenv().getOrDefault("WEFT_CLUSTER", "");

  @BeforeEach
  void bringImagesToTheCluster() throws IOException, InterruptedException {
    assumeTrue(!kubeconfig.isEmpty(), "WEFT_CLUSTER names no cluster's kubeconfig");
    for (String image : List.of("weft-operator", "weft-agent")) {
      Path tar = ROOT.resolve("target/images").resolve(image + ".tar");
      assumeTrue(Files.exists(tar), tar + " is missing: run ./weft images first");
      Process load =
          new ProcessBuilder(
                  "sh", "-c", System.getenv("WEFT_CLUSTER_LOAD") + " \"$0\"", tar.toString())
              .inheritIO()
              .start();
      assertThat(load.waitFor()).as("WEFT_CLUSTER_LOAD " + tar).isZero();
    }
  }

  @Test
  void installsCarriesNetworksAndLeavesNothing() throws IOException {
    install();
    run("-n", "weft-system", "rollout", "status", "daemonset/weft-agent", TIMEOUT);
    run("-n", "weft-system", "rollout", "status", "deployment/weft-operator", TIMEOUT);
    assertThat(run("get", "meshnodes", "-o", "name").lines())
        .hasSameSizeAs(run("get", "nodes", "-o", "name").lines().toList());

    run("apply", "-f", MANIFESTS.resolve("samples/blue.yaml").toString());
    run("apply", "-f", MANIFESTS.resolve("samples/web.yaml").toString());
    run("wait", "--for=condition=Ready", TIMEOUT, "containernetwork/blue", "containernetwork/web");
    assertThat(run("get", "hostnetworks", "-l", "weft.dev/network=web", "-o", "name").lines())
        .hasSameSizeAs(run("get", "nodes", "-o", "name").lines().toList());
    noAgentOrOperatorWasRestarted();

    run("apply", "-f", MANIFESTS.resolve("cleanup.yaml").toString());
    run("-n", "weft-cleanup", "wait", "--for=condition=complete", TIMEOUT, "job/weft-cleanup");
    assertThat(run("-n", "weft-cleanup", "logs", "job/weft-cleanup"))
        .contains("deleted ContainerNetwork blue", "nothing of Weft is left in the API");
    run("delete", "--ignore-not-found", "--wait=false", "-f", withoutUnknownKinds().toString());
    run("-n", "weft-cleanup", "rollout", "status", "daemonset/weft-clean", TIMEOUT);
    run("delete", "-f", MANIFESTS.resolve("cleanup.yaml").toString(), TIMEOUT);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(run("get", "crds,namespaces", "-o", "name").lines())
                .noneMatch(each -> each.contains("weft")));
  }

  private void noAgentOrOperatorWasRestarted() {
    assertThat(
            run(
                "-n",
                "weft-system",
                "get",
                "pods",
                "-o",
                "jsonpath={.items[*].status.containerStatuses[*].restartCount}"))
        .matches("[0 ]+");
  }

  private void install() throws IOException {
    run("apply", "--validate=false", "-f", withoutUnknownKinds().toString());
  }

  /** What is to be installed, without the policy where the API server is too old to know it. */
  private Path withoutUnknownKinds() throws IOException {
    String served = run("api-resources", "-o", "name");
    boolean policies = served.contains("validatingadmissionpolicies");
    Path folder = Files.createTempDirectory("weft-install");
    List<String> documents = new ArrayList<>();
    try (Stream<String> all =
        Stream.of(Files.readString(MANIFESTS.resolve("install.yaml")).split("(?m)^---$", -1))) {
      all.filter(each -> policies || !each.contains("kind: ValidatingAdmissionPolicy"))
          .forEach(documents::add);
    }
    return Files.writeString(folder.resolve("install.yaml"), String.join("---", documents));
  }

  private String run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig));
    all.addAll(List.of(arguments));
    return kubectl.run(all.toArray(String[]::new)).orFail();
  }
}
