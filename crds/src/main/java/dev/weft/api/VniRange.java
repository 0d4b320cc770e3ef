package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** VXLAN network identifiers that may be allocated. */
@ApiType
@ValidationRule(
    value = "(has(self.first) ? self.first : 4096) <= (has(self.last) ? self.last : 16777215)",
    message = "first must not be greater than last")
public record VniRange(
    @JsonPropertyDescription("The first one. Absent: 10000000, or 4096 if last is lower.")
        @Min(4096)
        @Max(16777215)
        @Nullable Integer first,
    @JsonPropertyDescription("The last one. Absent: 16777215.") @Min(4096) @Max(16777215)
        @Nullable Integer last) {}
