package dev.weft.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reasons of Weft's conditions and Events. {@code docs/reference/status.md} documents where each
 * appears, what it means and how to react.
 */
public enum Reason {
  // of a ContainerNetwork
  ALL_NODES_READY,
  NO_NODES,
  NO_AGENTS,
  NO_MATCHING_NODE,
  PLANNED,
  ROLLOUT_IN_PROGRESS,
  ROLLOUT_HALTED,
  NODES_IN_PROGRESS,
  NODES_NOT_READY,
  NODE_IMPAIRED,
  NODE_STALLED,
  INVALID,
  IMMUTABLE_FIELD,
  SUBNET_CONFLICT,
  ROUTE_CONFLICT,
  CLUSTER_CONFLICT,
  VNI_CONFLICT("VNIConflict"),
  DEVICE_CONFLICT,
  POOL_EXHAUSTED,
  VNIS_EXHAUSTED("VNIsExhausted"),
  MESH_INVALID,
  MTU_TOO_LARGE("MTUTooLarge"),
  DONE,
  STALLED,
  NOT_STALLED,
  NOT_DEGRADED,
  IN_SYNC,
  CHANGED_ON_NODE,
  ADDRESSES_FREE,
  NEARLY_EXHAUSTED,
  EXHAUSTED,
  ENDPOINTS_REMAIN,
  NODES_TAKE_DOWN,
  ALL_NODES_ENCRYPT,
  NODES_WITHOUT_KEYS,
  NODE_CANNOT_ENCRYPT,

  // of a Mesh
  VALID,
  KEYS_CURRENT,
  PREPARING_KEYS,
  ACTIVATING_KEYS,
  RETIRING_KEYS,
  KEY_ROTATION_STUCK,
  KEY_REFUSED,

  // of a HostNetwork
  LIVE,
  RETRYING,
  NEEDS_CHANGE,
  DRIFT_REPAIRED,

  // of a MeshNode
  PUBLISHED,
  NO_UNDERLAY,
  NODE_CONFLICT,

  // of a NetworkEndpoint
  WIRED,
  NOT_WIRED,

  // of an OverlayService
  TASKS_READY,
  TASKS_IN_PROGRESS,
  TASK_FAILING,
  NETWORK_UNUSABLE,
  NAME_TAKEN,

  // of Events alone
  READY,
  FOREIGN_WRITE,
  NETWORK_NOT_ATTACHED,
  NETWORK_ATTACHED_LATE;

  private final String text;

  Reason() {
    this.text =
        Arrays.stream(name().split("_", -1))
            .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
            .collect(Collectors.joining());
  }

  Reason(String text) {
    this.text = text;
  }

  /** The constant that the API writes as {@code text}; empty for an absent or unknown text. */
  public static Optional<Reason> of(@Nullable String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findFirst();
  }

  /** Whether {@code condition} has this reason. */
  public boolean isOf(Condition condition) {
    return text.equals(condition.getReason());
  }

  /** The text in the API. */
  @Override
  public String toString() {
    return text;
  }
}
