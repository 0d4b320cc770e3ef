package dev.weft.operator.mesh;

import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.KeyPhase;
import dev.weft.api.MeshKeys;
import dev.weft.api.Reason;
import dev.weft.operator.node.NodeTexts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Conditions of a Mesh about its key rotation. */
final class KeyConditions {
  /** Time after which a rotation that waits for nodes makes the Mesh Degraded. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private KeyConditions() {}

  /**
   * Adds the conditions to {@code conditions}.
   *
   * @param keys null: no network is encrypted
   * @param waiting names of nodes that have not completed the phase
   * @param refused reason to refuse a node's key, by node name
   */
  static ConditionsDraft add(
      ConditionsDraft conditions,
      @Nullable MeshKeys keys,
      List<String> waiting,
      Map<String, String> refused) {
    if (keys == null) {
      return conditions.without(Conditions.KEY_ROTATION_IN_PROGRESS).without(Conditions.DEGRADED);
    }
    KeyPhase phase = KeyPhase.of(keys.phase()).orElse(KeyPhase.PREPARE);
    String message = message(keys, phase, waiting);
    ConditionsDraft draft =
        phase == KeyPhase.IDLE
            ? conditions.with(
                Conditions.KEY_ROTATION_IN_PROGRESS, Conditions.FALSE, Reason.KEYS_CURRENT, message)
            : conditions.with(
                Conditions.KEY_ROTATION_IN_PROGRESS, Conditions.TRUE, reason(phase), message);
    if (!refused.isEmpty()) {
      return draft.with(
          Conditions.DEGRADED, Conditions.TRUE, Reason.KEY_REFUSED, describe(refused));
    }
    boolean stuck = !stuckFrom(keys).isAfter(conditions.clock().instant());
    return stuck && phase != KeyPhase.IDLE
        ? draft.with(Conditions.DEGRADED, Conditions.TRUE, Reason.KEY_ROTATION_STUCK, message)
        : draft.with(
            Conditions.DEGRADED, Conditions.FALSE, Reason.NOT_DEGRADED, "key rotation is on time");
  }

  /** Time from which an unfinished rotation counts as stuck. */
  static Instant stuckFrom(MeshKeys keys) {
    return Instant.parse(Objects.requireNonNull(keys.since(), "written with the epoch"))
        .plus(PATIENCE);
  }

  private static String message(MeshKeys keys, KeyPhase phase, List<String> waiting) {
    String done =
        switch (phase) {
          case IDLE -> "only keys of epoch %d are in use on %s nodes";
          case PREPARE -> "%2$s nodes accept frames with keys of epoch %1$d";
          case ACTIVATE -> "%2$s nodes send with keys of epoch %1$d";
          case RETIRE -> "%2$s nodes have discarded keys older than epoch %1$d";
        };
    String progress = done.formatted(keys.epoch(), keys.summary());
    return waiting.isEmpty() ? progress : progress + "; waiting for " + NodeTexts.join(waiting);
  }

  private static Reason reason(KeyPhase phase) {
    return switch (phase) {
      case IDLE -> Reason.KEYS_CURRENT;
      case PREPARE -> Reason.PREPARING_KEYS;
      case ACTIVATE -> Reason.ACTIVATING_KEYS;
      case RETIRE -> Reason.RETIRING_KEYS;
    };
  }

  private static String describe(Map<String, String> refused) {
    List<String> each = new ArrayList<>();
    refused.forEach((node, why) -> each.add(node + ": " + why));
    return "nodes with an unusable key, to which no node sends: " + NodeTexts.join(each);
  }
}
