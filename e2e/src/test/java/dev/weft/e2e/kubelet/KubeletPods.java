package dev.weft.e2e.kubelet;

import static org.awaitility.Awaitility.await;

import dev.weft.api.Names;
import dev.weft.e2e.lab.Cluster;
import dev.weft.e2e.lab.KubeletLab;
import dev.weft.e2e.manifests.Kubectl;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Pods of namespace {@code default} in a {@link KubeletLab}, gone when this is closed. */
public final class KubeletPods implements AutoCloseable {
  /** A command that runs until it is terminated. */
  public static final String STAY = "trap 'exit 0' TERM; sleep 1000000 & wait";

  private final KubeletLab lab;
  private final Kubectl kubectl = Kubectl.orSkip();
  private final Set<String> made = ConcurrentHashMap.newKeySet();
  private final Set<String> everMade = ConcurrentHashMap.newKeySet();

  /** None yet. */
  public KubeletPods(KubeletLab lab) {
    this.lab = lab;
  }

  /**
   * Creates a pod and does not wait for it.
   *
   * @param networks its attach annotation; empty: none
   * @param command shell command that the container's first process runs
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

  /** Creates a pod from this definition, with the lab's image and a short grace period. */
  public Pod run(Pod pod, String networks) {
    PodBuilder whole =
        pod.edit()
            .editSpec()
            .withTerminationGracePeriodSeconds(1L)
            .editFirstContainer()
            .withImage(KubeletLab.IMAGE)
            .withImagePullPolicy("Never")
            .endContainer()
            .endSpec();
    if (!networks.isEmpty()) {
      whole.editMetadata().addToAnnotations(Names.NETWORKS_ANNOTATION, networks).endMetadata();
    }
    made.add(pod.getMetadata().getName());
    everMade.add(pod.getMetadata().getName());
    return lab.client().pods().inNamespace("default").resource(whole.build()).create();
  }

  /** Waits until a pod runs. */
  public void awaitRunning(String name) {
    await(name + " runs")
        .atMost(InKubeletLab.PATIENCE)
        .until(() -> Cluster.isRunning(resource(name).get()));
  }

  /** Output of a pod's container. */
  public String log(String name) {
    return resource(name).getLog();
  }

  /** Runs a command in a running pod. */
  public Kubectl.Output exec(String name, String... command) {
    List<String> line =
        new ArrayList<>(List.of("--kubeconfig", lab.kubeconfig().toString(), "exec", name, "--"));
    line.addAll(List.of(command));
    return kubectl.run(line.toArray(String[]::new));
  }

  /** The Events on pods of this name. */
  public List<Event> events(String name) {
    return events(event -> name.equals(event.getInvolvedObject().getName()));
  }

  /** Number of pods created here that have an Event with this reason. */
  public long countEvents(String reason) {
    return events(event -> reason.equals(event.getReason())).stream()
        .map(event -> event.getInvolvedObject().getName())
        .distinct()
        .filter(everMade::contains)
        .count();
  }

  private List<Event> events(Predicate<Event> which) {
    return lab.client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(which)
        .toList();
  }

  /** An annotation of a pod; empty if it has none. */
  public String annotation(String name, String key) {
    return Optional.ofNullable(resource(name).get().getMetadata().getAnnotations())
        .map(each -> each.get(key))
        .orElse("");
  }

  /** Whether a pod's container was ever started. */
  public boolean hasStarted(String name) {
    return resource(name).get().getStatus().getContainerStatuses().stream()
        .map(ContainerStatus::getState)
        .anyMatch(each -> each.getRunning() != null || each.getTerminated() != null);
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
