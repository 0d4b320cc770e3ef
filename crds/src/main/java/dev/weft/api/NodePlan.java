package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes that a node would make, from a dry run. */
@ApiType
public record NodePlan(
    @JsonPropertyDescription("The ContainerNetwork's metadata.generation that was planned.")
        @Nullable Long networkGeneration,
    @JsonPropertyDescription("How many changes there are.") @Nullable Integer count,
    @JsonPropertyDescription("The changes in the order they would be made; the first hundred.")
        @Nullable List<String> changes) {
  public NodePlan {
    changes = Copies.list(changes);
  }
}
