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
 * The pods that are bound to this node: whether each asks for networks, and whether it goes on.
 *
 * <p>No pod waits for this to be known: what it says makes starts faster, and frees addresses of
 * pods that were never started.
 */
public final class BoundPods implements AutoCloseable {
  /** On the API server's copy of a pod that a kubelet has from another source. */
  private static final String MIRROR = "kubernetes.io/config.mirror";

  private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

  private final Cache<Pod> pods;

  BoundPods(KubernetesClient client, String node, Cache.Listener<Pod> listener) {
    pods = new Cache<>(client.pods().inAnyNamespace().withField("spec.nodeName", node), listener);
  }

  /** Begins to list and watch; completes with the first list. */
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

  /** Whether a pod has neither ended nor is to end. */
  public static boolean goesOn(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return pod.getMetadata().getDeletionTimestamp() == null
        && (phase == null || !FINISHED.contains(phase));
  }

  /**
   * Text of the annotation by which a pod asks for networks in its own sandbox; empty if it does
   * not. A mirror of a static pod does not: its sandbox carries another UID.
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
   * Has {@code mapper} read of a pod's spec and status only what is asked of them here: the rest is
   * by far the larger part, and the first pod would have hundreds of classes made ready for it.
   */
  static ObjectMapper reading(ObjectMapper mapper) {
    return mapper.addMixIn(PodSpec.class, Spec.class).addMixIn(PodStatus.class, Status.class);
  }

  @JsonIncludeProperties("hostNetwork")
  private interface Spec {}

  @JsonIncludeProperties("phase")
  private interface Status {}
}
