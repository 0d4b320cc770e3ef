package dev.weft.api;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Builds and merges Kubernetes conditions, and names the types that Weft writes. */
public final class Conditions {
  /** The revision in {@code observedGeneration} is fully applied. */
  public static final String READY = "Ready";

  /** Weft is applying the current revision. */
  public static final String RECONCILING = "Reconciling";

  /** Weft is blocked until the user changes what the message names. */
  public static final String STALLED = "Stalled";

  /** The object works, but with less than its spec requests. */
  public static final String DEGRADED = "Degraded";

  /** Another program changed what Weft had built. */
  public static final String DRIFTED = "Drifted";

  /** Every frame between nodes is encrypted. */
  public static final String ENCRYPTED = "Encrypted";

  /** A new key is being rolled out. */
  public static final String KEY_ROTATION_IN_PROGRESS = "KeyRotationInProgress";

  /** No address is left to allocate. */
  public static final String ADDRESSES_EXHAUSTED = "AddressesExhausted";

  public static final String TRUE = "True";
  public static final String FALSE = "False";
  public static final String UNKNOWN = "Unknown";

  private static final int LONGEST_MESSAGE = 4096;

  private Conditions() {}

  /**
   * Builds a condition that changes now; its transition time is truncated to seconds.
   *
   * @param status {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN}
   * @param message truncated to 4096 characters
   * @param generation the {@code metadata.generation} that was evaluated; null if there is none yet
   */
  public static Condition of(
      String type,
      String status,
      Reason reason,
      String message,
      @Nullable Long generation,
      Clock clock) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason.toString())
        .withMessage(
            message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE))
        .withObservedGeneration(generation)
        .withLastTransitionTime(clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
        .build();
  }

  /**
   * Replaces the condition of the same type in {@code old}, or appends {@code condition}. An
   * unchanged status keeps its last transition time.
   */
  public static List<Condition> merge(@Nullable List<Condition> old, Condition condition) {
    List<Condition> merged = new ArrayList<>();
    boolean replaced = false;
    for (Condition each : old == null ? List.<Condition>of() : old) {
      if (!condition.getType().equals(each.getType())) {
        merged.add(each);
      } else if (!replaced) {
        merged.add(succeed(each, condition));
        replaced = true;
      }
    }
    if (!replaced) {
      merged.add(condition);
    }
    return List.copyOf(merged);
  }

  /** {@code old} without the condition of this type. */
  public static List<Condition> without(@Nullable List<Condition> old, String type) {
    return old == null
        ? List.of()
        : old.stream().filter(each -> !type.equals(each.getType())).toList();
  }

  /** The condition of this type. */
  public static Optional<Condition> find(@Nullable List<Condition> conditions, String type) {
    return conditions == null
        ? Optional.empty()
        : conditions.stream().filter(each -> type.equals(each.getType())).findFirst();
  }

  /** Whether there is a condition of this type with status True. */
  public static boolean isTrue(@Nullable List<Condition> conditions, String type) {
    return find(conditions, type).filter(each -> TRUE.equals(each.getStatus())).isPresent();
  }

  private static Condition succeed(Condition old, Condition next) {
    if (!next.getStatus().equals(old.getStatus()) || old.getLastTransitionTime() == null) {
      return next;
    }
    return new ConditionBuilder(next).withLastTransitionTime(old.getLastTransitionTime()).build();
  }
}
