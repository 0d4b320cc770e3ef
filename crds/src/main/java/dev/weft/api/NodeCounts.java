package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** On how many nodes a network stands. */
@ApiType
public record NodeCounts(
    @JsonPropertyDescription("Nodes that should carry the network.") @Nullable Integer desired,
    @JsonPropertyDescription("Nodes that carry its present revision.") @Nullable Integer ready,
    @JsonPropertyDescription("Both, as in 2/3.") @Nullable String summary) {}
