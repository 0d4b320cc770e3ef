package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** State of a node's agent. */
@ApiType
public record MeshNodeStatus(
    @JsonPropertyDescription("The metadata.generation that this status describes.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The state as conditions of the usual Kubernetes form, one for each type.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("Progress of the node in the mesh's key rotation.")
        @Nullable KeyProgress keys) {
  public MeshNodeStatus {
    conditions = Copies.list(conditions);
  }
}
