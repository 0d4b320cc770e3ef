package dev.weft.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.api.ContainerNetwork;
import dev.weft.api.HostNetwork;
import dev.weft.api.Mesh;
import dev.weft.api.MeshNode;
import dev.weft.api.NetworkEndpoint;
import dev.weft.e2e.lab.Lab;
import dev.weft.e2e.manifests.Kubectl;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A tool that applies the same files repeatedly sees no difference, and causes no change. */
@Tag("api-server")
@ExtendWith(InLab.class)
class DiffCleanTest {
  private static final Path SAMPLES = InLab.MANIFESTS.resolve("samples");
  private static final int RESYNCS = 100;
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ContainerNetwork.class,
          HostNetwork.class,
          Mesh.class,
          MeshNode.class,
          NetworkEndpoint.class,
          Pod.class,
          Event.class);

  private final Lab lab;

  DiffCleanTest(Lab lab) {
    this.lab = lab;
  }

  @Test
  void whatWasAppliedClientSideShowsNoDifferenceAndIsNotWrittenAgain() {
    assumeTrue(lab.controlPlane().isReal(), "kubectl diff needs a real API server");
    Kubectl kubectl = Kubectl.orSkip().on(lab.kubeconfig());
    Kubectl.Output first = kubectl.run("apply", "-f", SAMPLES.toString());
    assertThat(first.status()).as(first.text()).isZero();
    awaitRest();

    Kubectl.Output difference = kubectl.run("diff", "-f", SAMPLES.toString());
    assertThat(difference.status()).as(difference.text()).isZero();

    Map<String, String> before = versions();
    for (int i = 0; i < 3; i++) {
      assertThat(kubectl.run("apply", "-f", SAMPLES.toString()).text())
          .doesNotContain("configured", "created");
    }
    assertThat(versions()).isEqualTo(before);
  }

  @Test
  void whatWasAppliedServerSideShowsNoDifferenceAndIsNotWrittenAgain() throws IOException {
    assumeTrue(lab.controlPlane().isReal(), "kubectl diff needs a real API server");
    Kubectl kubectl = Kubectl.orSkip().on(lab.kubeconfig());
    applyServerSide();
    awaitRest();

    Kubectl.Output difference =
        kubectl.run(
            "diff",
            "--server-side",
            "--force-conflicts",
            "--field-manager=gitops",
            "-f",
            SAMPLES.toString());
    assertThat(difference.status()).as(difference.text()).isZero();

    Map<String, String> before = versions();
    for (int i = 0; i < RESYNCS; i++) {
      applyServerSide();
    }
    awaitRest();
    assertThat(versions()).isEqualTo(before);
  }

  private void applyServerSide() throws IOException {
    try (Stream<Path> files = Files.list(SAMPLES)) {
      for (Path file : files.sorted().toList()) {
        try (var stream = Files.newInputStream(file)) {
          for (HasMetadata object : lab.client().load(stream).items()) {
            lab.client().resource(object).fieldManager("gitops").forceConflicts().serverSideApply();
          }
        }
      }
    }
  }

  /** Whether no program has written for a while. */
  private void awaitRest() {
    Map<String, String> last = new TreeMap<>();
    await()
        .during(Duration.ofSeconds(3))
        .atMost(InLab.PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> {
          Map<String, String> now = versions();
          boolean same = now.equals(last);
          last.clear();
          last.putAll(now);
          return same;
        });
  }

  private Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    for (Class<? extends HasMetadata> kind : KINDS) {
      for (HasMetadata each : lab.client().resources(kind).inAnyNamespace().list().getItems()) {
        versions.put(
            "%s %s".formatted(each.getKind(), each.getMetadata().getName()),
            each.getMetadata().getResourceVersion());
      }
    }
    return versions;
  }
}
