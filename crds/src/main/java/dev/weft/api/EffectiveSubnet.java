package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** An address block that a network holds. */
@ApiType
public record EffectiveSubnet(
    @JsonPropertyDescription("The block.") @Nullable String cidr,
    @JsonPropertyDescription("Address of the gateway, where there is one.")
        @Nullable String gateway,
    @JsonPropertyDescription("Whether Weft chose the block; otherwise the spec did.")
        @Nullable Boolean allocated) {}
