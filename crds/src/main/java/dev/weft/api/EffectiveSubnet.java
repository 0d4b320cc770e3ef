package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Address block that a network holds, with its gateway. */
@ApiType
public record EffectiveSubnet(
    @JsonPropertyDescription("The block.") @Required @Size(max = 43) @Nullable String cidr,
    @JsonPropertyDescription("Address of the gateway, where there is one.") @Size(max = 39)
        @Nullable String gateway,
    @JsonPropertyDescription("Whether Weft chose the block; otherwise the spec did.")
        @Nullable Boolean allocated) {}
