package dev.weft.operator.event;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A change of a network's status that is reported as an Event. */
public record StatusChange(boolean warning, Reason reason, String message) {
  private static final Set<Reason> FULL = Set.of(Reason.NEARLY_EXHAUSTED, Reason.EXHAUSTED);

  /** A change that needs the user's attention. */
  public static StatusChange warning(Reason reason, String message) {
    return new StatusChange(true, reason, message);
  }

  public static List<StatusChange> between(
      @Nullable ContainerNetworkStatus before, ContainerNetworkStatus after) {
    List<StatusChange> transitions = new ArrayList<>();
    became(Conditions.READY, before, after)
        .ifPresent(now -> transitions.add(new StatusChange(false, Reason.READY, now.getMessage())));
    for (String type : List.of(Conditions.STALLED, Conditions.DEGRADED, Conditions.DRIFTED)) {
      became(type, before, after).flatMap(StatusChange::warning).ifPresent(transitions::add);
    }
    changed(Conditions.ADDRESSES_EXHAUSTED, before, after)
        .flatMap(StatusChange::warning)
        .filter(each -> FULL.contains(each.reason))
        .ifPresent(transitions::add);
    return transitions.stream().distinct().toList();
  }

  private static Optional<StatusChange> warning(Condition now) {
    return Reason.of(now.getReason())
        .map(reason -> new StatusChange(true, reason, now.getMessage()));
  }

  /** The condition, if it is True and its status or reason has changed. */
  private static Optional<Condition> became(
      String type, @Nullable ContainerNetworkStatus before, ContainerNetworkStatus after) {
    return changed(type, before, after).filter(now -> Conditions.TRUE.equals(now.getStatus()));
  }

  private static Optional<Condition> changed(
      String type, @Nullable ContainerNetworkStatus before, ContainerNetworkStatus after) {
    Optional<Condition> old =
        before == null ? Optional.empty() : Conditions.find(before.conditions(), type);
    return Conditions.find(after.conditions(), type)
        .filter(now ->
            !old.map(Condition::getStatus).equals(Optional.of(now.getStatus()))
                || !Objects.equals(old.map(Condition::getReason).orElse(null), now.getReason()));
  }
}
