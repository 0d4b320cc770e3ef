package dev.weft.agent.cluster;

import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.api.Names;
import dev.weft.api.SandboxReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The pods bound to this node: whether each asks for networks, and whether it still runs or may
 * start.
 *
 * <p>No pod waits for this cache: it only speeds up starts, and frees addresses of pods that never
 * started.
 */
public final class BoundPods implements AutoCloseable {
  /** Marks the API server's copy of a static pod. */
  private static final String MIRROR = "kubernetes.io/config.mirror";

  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

  private final Cache<Pod> pods;

  BoundPods(KubernetesClient client, String node, Cache.Listener<Pod> listener) {
    pods = new Cache<>(client.pods().inAnyNamespace().withField("spec.nodeName", node), listener);
  }

  /** Starts to list and watch; completes with the first list. */
  public CompletionStage<Void> start() {
    return pods.start();
  }

  /** Whether a pod that has no sandbox may be given one on this node. */
  public boolean mayStart(SandboxReference reference) {
    return !pods.isSynced()
        || pods.get(reference.namespace() + "/" + reference.pod())
            .filter(each -> each.getMetadata().getUid().equals(reference.podUid()))
            .filter(BoundPods::goesOn)
            .isPresent();
  }

  /** Whether a pod has neither ended nor is being deleted. */
  public static boolean goesOn(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return pod.getMetadata().getDeletionTimestamp() == null
        && (phase == null || !FINISHED.contains(phase));
  }

  /**
   * Text of the annotation by which a pod asks for networks in its own sandbox; empty if there is
   * none. It is empty for the mirror of a static pod, as the pod's sandbox has another UID.
   */
  public static String networks(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    boolean sharesTheNodes =
        pod.getSpec() != null && Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    return annotations == null || sharesTheNodes || annotations.containsKey(MIRROR)
        ? ""
        : annotations.getOrDefault(Names.NETWORKS_ANNOTATION, "");
  }

  @Override
  public void close() {
    pods.close();
  }

  /**
   * Restricts {@code mapper} to the parts of a pod's spec and status used here. The rest is far
   * larger, and its decoding would load hundreds of classes for the first pod.
   */
  static ObjectMapper reading(ObjectMapper mapper) {
    return mapper.addMixIn(PodSpec.class, Spec.class).addMixIn(PodStatus.class, Status.class);
  }

  @JsonIncludeProperties("hostNetwork")
  private interface Spec {}

  @JsonIncludeProperties("phase")
  private interface Status {}
}
