package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** How tasks are replaced when the template changes. */
@ApiType
public record UpdateStrategy(
    @JsonPropertyDescription("Tasks replaced at a time; 0 means all at once. Absent: 1.") @Min(0)
        @Nullable Integer parallelism,
    @JsonPropertyDescription(
            "Whether the old task stops before the new one starts: StopFirst (when absent) or"
                + " StartFirst.")
        @SchemaFrom(type = UpdateOrder.class)
        @Nullable String order,
    @JsonPropertyDescription(
            "What follows a failed update: Pause (when absent), Continue or Rollback.")
        @SchemaFrom(type = FailureAction.class)
        @Nullable String failureAction,
    @JsonPropertyDescription("Seconds between two steps. Absent: 0.")
        @Min(0)
        @Max(UpdateStrategy.LONGEST_DELAY)
        @Nullable Integer delaySeconds) {
  /** A year, in seconds. */
  public static final int LONGEST_DELAY = 31_536_000;
}
