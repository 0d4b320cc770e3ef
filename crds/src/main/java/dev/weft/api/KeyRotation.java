package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Limits at which the keys of encrypted networks rotate; the first one reached applies. */
@ApiType
public record KeyRotation(
    @JsonPropertyDescription("How long a key is used, such as 12h or 1h30m. Absent: 12h.")
        @Pattern(Patterns.DURATION)
        @Size(min = 2, max = 32)
        @Nullable String interval,
    @JsonPropertyDescription(
            "How many bytes one node may send to another with a key, such as 64Gi; at least 1Mi."
                + " Absent: 256Gi.")
        @Pattern(Patterns.QUANTITY)
        @Size(min = 1, max = 16)
        @Nullable String volume) {}
