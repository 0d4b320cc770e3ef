package dev.weft.e2e.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The cluster whose kubeconfig {@code WEFT_CLUSTER} names. {@code WEFT_CLUSTER_LOAD} is a command
 * that brings an image's tar to all its nodes, {@code WEFT_CLUSTER_IMAGE} an image like busybox
 * that its nodes have or can pull.
 */
record GivenCluster(Path kubeconfig, String loader, String podImage) implements TestCluster {
  static TestCluster orSkip(Map<String, String> environment) {
    String kubeconfig = environment.getOrDefault("WEFT_CLUSTER", "");
    assumeTrue(!kubeconfig.isEmpty(), "WEFT_CLUSTER names no cluster's kubeconfig");
    return new GivenCluster(
        Path.of(kubeconfig),
        environment.getOrDefault("WEFT_CLUSTER_LOAD", "false"),
        environment.getOrDefault("WEFT_CLUSTER_IMAGE", "busybox:1.37"));
  }

  @Override
  public void load(Path tar) {
    try {
      Process load =
          new ProcessBuilder("sh", "-c", loader + " \"$0\"", tar.toString()).inheritIO().start();
      assertThat(load.waitFor()).as("WEFT_CLUSTER_LOAD " + tar).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while an image was loaded", e);
    }
  }

  /** Leaves the cluster running. */
  @Override
  public void close() {}
}
