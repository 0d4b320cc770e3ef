package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** State of the mesh. */
@ApiType
public record MeshStatus(
    @JsonPropertyDescription("The metadata.generation that this status describes.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The state as conditions of the usual Kubernetes form, one for each type.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("Nodes that can carry networks.") @Nullable Integer nodes,
    @JsonPropertyDescription("Overlay networks.") @Nullable Integer networks,
    @JsonPropertyDescription(
            "Progress of the key rotation; absent until there is an encrypted network.")
        @Nullable MeshKeys keys) {
  public MeshStatus {
    conditions = Copies.list(conditions);
  }
}
