package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Block from which Weft allocates subnets to networks. */
@ApiType
public record AddressPool(
    @JsonPropertyDescription("The block.") @Required @Pattern(Patterns.CIDR) @Size(max = 43)
        @Nullable String cidr,
    @JsonPropertyDescription("Prefix length of the subnets cut from it.")
        @Required
        @Min(1)
        @Max(126)
        @Nullable Integer size) {}
