package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where tasks may run. */
@ApiType
public record Placement(
    @JsonPropertyDescription("Labels of the nodes that may run tasks. Absent: every node.")
        @Size(max = 64)
        @Nullable Map<String, String> nodeSelector,
    @JsonPropertyDescription(
            "Node label that groups nodes for an even spread of tasks, such as "
                + "topology.kubernetes.io/zone.")
        @Size(min = 1, max = 317)
        @Nullable String spread) {
  public Placement {
    nodeSelector = Copies.map(nodeSelector);
  }
}
