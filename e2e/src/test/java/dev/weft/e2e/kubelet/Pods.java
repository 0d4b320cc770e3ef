package dev.weft.e2e.kubelet;

import static org.awaitility.Awaitility.await;

import dev.weft.api.Names;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Pods of namespace {@code default} in a {@link KubeletLab}, gone when this is closed. */
public final class Pods implements AutoCloseable {
  private static final int EXEC_SECONDS = 60;

  private final KubeletLab lab;
  private final Set<String> made = ConcurrentHashMap.newKeySet();

  /** None yet. */
  public Pods(KubeletLab lab) {
    this.lab = lab;
  }

  /**
   * What a command printed.
   *
   * @param status its exit status
   * @param output of both its streams
   */
  public record Output(int status, String output) {
    /** What it printed, if it succeeded. */
    public String orFail() {
      if (status != 0) {
        throw new AssertionError("status %d: %s".formatted(status, output));
      }
      return output;
    }
  }

  /**
   * Makes a pod and does not wait for it.
   *
   * @param networks its attach annotation; empty: none
   * @param command what the shell runs as its container's first process
   */
  public Pod run(String name, String node, String networks, String command) {
    return run(
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withNodeName(node)
            .addNewContainer()
            .withName("main")
            .withCommand("sh", "-c", command)
            .endContainer()
            .endSpec()
            .build(),
        networks);
  }

  /** Makes a pod of which all is said but its image, and that it ends at once when told to. */
  public Pod run(Pod pod, String networks) {
    PodBuilder whole =
        pod.edit()
            .editSpec()
            .withTerminationGracePeriodSeconds(0L)
            .editFirstContainer()
            .withImage(KubeletLab.IMAGE)
            .withImagePullPolicy("Never")
            .endContainer()
            .endSpec();
    if (!networks.isEmpty()) {
      whole.editMetadata().addToAnnotations(Names.NETWORKS_ANNOTATION, networks).endMetadata();
    }
    made.add(pod.getMetadata().getName());
    return lab.client().pods().inNamespace("default").resource(whole.build()).create();
  }

  /** Waits until a pod runs. */
  public void awaitRunning(String name) {
    await(name + " runs")
        .atMost(InKubeletLab.PATIENCE)
        .until(() -> Cluster.isRunning(resource(name).get()));
  }

  /** What a pod's container has printed. */
  public String log(String name) {
    return resource(name).getLog();
  }

  /** Runs a command in a running pod. */
  public Output exec(String name, String... command) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (ExecWatch running =
        resource(name).writingOutput(output).writingError(output).exec(command)) {
      int status = running.exitCode().get(EXEC_SECONDS, TimeUnit.SECONDS);
      return new Output(status, output.toString(StandardCharsets.UTF_8));
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("in %s: %s".formatted(name, String.join(" ", command)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Deletes a pod and does not wait until it is gone. */
  public void delete(String name) {
    resource(name).delete();
  }

  /** Waits until a pod that was deleted is gone. */
  public void awaitGone(String name) {
    await(name + " is gone")
        .atMost(InKubeletLab.PATIENCE)
        .until(() -> resource(name).get() == null);
    made.remove(name);
  }

  @Override
  public void close() {
    made.forEach(this::delete);
    Set.copyOf(made).forEach(this::awaitGone);
  }

  private PodResource resource(String name) {
    return lab.client().pods().inNamespace("default").withName(name);
  }
}
