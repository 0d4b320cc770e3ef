package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Progress of a rollout over the nodes of a network. */
@ApiType
public record RolloutProgress(
    @JsonPropertyDescription("The spec.rollout.maxUnavailable in effect.")
        @Nullable String maxUnavailable,
    @JsonPropertyDescription("How many nodes that is now.") @Nullable Integer atOnce,
    @JsonPropertyDescription("Nodes that have the present revision.") @Nullable Integer updated) {}
