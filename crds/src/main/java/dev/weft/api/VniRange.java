package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** VXLAN network identifiers that may be allocated. */
@ApiType
public record VniRange(
    @JsonPropertyDescription("The first one. Absent: 4096.") @Min(4096) @Max(16777215)
        @Nullable Integer first,
    @JsonPropertyDescription("The last one. Absent: 16777215.") @Min(4096) @Max(16777215)
        @Nullable Integer last) {}
