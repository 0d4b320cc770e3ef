package dev.weft.agent.status;

import dev.weft.agent.cluster.BoundPods;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long the addresses of an ended sandbox are kept for its pod. A pod that goes on is given
 * another sandbox within moments, which is to find its addresses again; a pod that ends is not.
 */
final class AddressRetention {
  /** How long a pod may be without a sandbox before its addresses are free. */
  static final Duration GRACE = Duration.ofMinutes(1);

  private AddressRetention() {}

  /**
   * What is left; zero: nothing keeps them.
   *
   * @param pod the pod of the sandbox's name, if there is one
   * @param uid of the sandbox's pod
   * @param since when the sandbox was first found ended
   */
  static Duration left(@Nullable Pod pod, String uid, Instant since, Instant now) {
    boolean goesOn = pod != null && uid.equals(pod.getMetadata().getUid()) && BoundPods.goesOn(pod);
    Duration left = Duration.between(now, since.plus(GRACE));
    return goesOn && left.isPositive() ? left : Duration.ZERO;
  }
}
