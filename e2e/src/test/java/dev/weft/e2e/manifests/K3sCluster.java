package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** K3s in Docker: a server, which is also a node, and a second node. */
final class K3sCluster implements TestCluster {
  private static final String TOKEN = "two-nodes";
  private static final String SERVER = "server";

  /**
   * Makes /run one directory under both names, and propagates later mounts below it to containers,
   * as on a real machine.
   */
  private static final List<String> ENTRYPOINT =
      List.of(
          "sh",
          "-c",
          "mount --make-rshared / && mount --bind /run /var/run && exec /bin/k3s \"$@\"",
          "k3s");

  private final Network network;
  private final K3sContainer server;
  private final GenericContainer<?> agent;
  private final Path kubeconfig;

  private K3sCluster(DockerImageName image, Path folder) throws IOException {
    network = Network.newNetwork();
    server =
        new K3sContainer(image)
            .withNetwork(network)
            .withNetworkAliases(SERVER)
            .withEnv("K3S_TOKEN", TOKEN)
            .withCreateContainerCmdModifier(each -> each.withEntrypoint(ENTRYPOINT));
    agent =
        new GenericContainer<>(image)
            .withNetwork(network)
            .withEnv(Map.of("K3S_TOKEN", TOKEN, "K3S_URL", "https://" + SERVER + ":6443"))
            .withPrivilegedMode(true)
            .withTmpFs(Map.of("/run", "", "/var/run", ""))
            .withCreateContainerCmdModifier(each -> each.withEntrypoint(ENTRYPOINT))
            .withCommand("agent");
    server.start();
    agent.start();
    kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.getKubeConfigYaml());
  }

  /** Starts a cluster, or skips the test if that is not possible. */
  static TestCluster orSkip(Map<String, String> environment, Path folder) throws IOException {
    assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
    String image = environment.getOrDefault("WEFT_K3S_IMAGE", "rancher/k3s:v1.34.1-k3s1");
    try {
      return new K3sCluster(
          DockerImageName.parse(image).asCompatibleSubstituteFor("rancher/k3s"), folder);
    } catch (ContainerFetchException e) {
      return abort("the image %s is not available: %s".formatted(image, e.getMessage()));
    }
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public void load(Path tar) {
    for (GenericContainer<?> node : List.of(server, agent)) {
      node.copyFileToContainer(MountableFile.forHostPath(tar), "/tmp/image.tar");
      try {
        Container.ExecResult done =
            node.execInContainer("ctr", "-n", "k8s.io", "images", "import", "/tmp/image.tar");
        assertThat(done.getExitCode()).as(done.getStderr()).isZero();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while an image was loaded", e);
      }
    }
  }

  @Override
  public String podImage() {
    return "busybox:1.37";
  }

  @Override
  public void close() {
    agent.close();
    server.close();
    network.close();
  }
}
