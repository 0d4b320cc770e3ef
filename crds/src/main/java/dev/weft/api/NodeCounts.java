package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Number of nodes that should carry a network, and that do. */
@ApiType
public record NodeCounts(
    @JsonPropertyDescription("Nodes that should carry the network.") @Nullable Integer desired,
    @JsonPropertyDescription("Nodes that carry its present revision.") @Nullable Integer ready,
    @JsonPropertyDescription("Both, as in 2/3.") @Nullable String summary) {}
