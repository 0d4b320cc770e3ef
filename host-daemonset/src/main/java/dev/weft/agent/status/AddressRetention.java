package dev.weft.agent.status;

import dev.weft.agent.cluster.BoundPods;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a pod keeps the addresses of its ended sandbox. A pod that continues soon gets another
 * sandbox, which reuses the addresses; a pod that ends does not.
 */
final class AddressRetention {
  /** How long a pod without a sandbox keeps its addresses. */
  static final Duration GRACE = Duration.ofMinutes(1);

  private AddressRetention() {}

  /**
   * Time left; zero if nothing keeps the addresses.
   *
   * @param pod the pod with the sandbox's pod name, if there is one
   * @param uid of the sandbox's pod
   * @param since when the sandbox was first found ended
   */
  static Duration left(@Nullable Pod pod, String uid, Instant since, Instant now) {
    boolean goesOn = pod != null && uid.equals(pod.getMetadata().getUid()) && BoundPods.goesOn(pod);
    Duration left = Duration.between(now, since.plus(GRACE));
    return goesOn && left.isPositive() ? left : Duration.ZERO;
  }
}
