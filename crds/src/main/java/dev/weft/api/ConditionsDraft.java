package dev.weft.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the new conditions of an object from its current ones.
 *
 * @param list the conditions so far
 * @param generation the {@code metadata.generation} that was evaluated; null if there is none yet
 */
public record ConditionsDraft(List<Condition> list, @Nullable Long generation, Clock clock) {
  public ConditionsDraft {
    list = List.copyOf(list);
  }

  /** Draft that starts from the conditions of a status. */
  public static ConditionsDraft from(
      @Nullable List<Condition> old, @Nullable Long generation, Clock clock) {
    return new ConditionsDraft(old == null ? List.of() : old, generation, clock);
  }

  /**
   * Copy in which a condition replaces the one of the same type.
   *
   * @param status {@link Conditions#TRUE}, {@link Conditions#FALSE} or {@link Conditions#UNKNOWN}
   */
  public ConditionsDraft with(String type, String status, Reason reason, String message) {
    Condition condition = Conditions.of(type, status, reason, message, generation, clock);
    return new ConditionsDraft(Conditions.merge(list, condition), generation, clock);
  }

  /** Copy without the condition of this type, which does not apply. */
  public ConditionsDraft without(String type) {
    return new ConditionsDraft(Conditions.without(list, type), generation, clock);
  }
}
