package dev.weft.api;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions that one object is to have, made from those that it has.
 *
 * @param list the conditions so far
 * @param generation the {@code metadata.generation} judged; null when there is none yet
 */
public record ConditionsDraft(List<Condition> list, @Nullable Long generation, Clock clock) {
  public ConditionsDraft {
    list = List.copyOf(list);
  }

  /** A draft that starts from what a status says. */
  public static ConditionsDraft from(
      @Nullable List<Condition> old, @Nullable Long generation, Clock clock) {
    return new ConditionsDraft(old == null ? List.of() : old, generation, clock);
  }

  /**
   * This with a condition in the place of the one of its type.
   *
   * @param status {@link Conditions#TRUE}, {@link Conditions#FALSE} or {@link Conditions#UNKNOWN}
   */
  public ConditionsDraft with(String type, String status, Reason reason, String message) {
    Condition condition = Conditions.of(type, status, reason, message, generation, clock);
    return new ConditionsDraft(Conditions.merge(list, condition), generation, clock);
  }

  /** This without the condition of a type: it does not apply, or no more. */
  public ConditionsDraft without(String type) {
    return new ConditionsDraft(Conditions.without(list, type), generation, clock);
  }
}
