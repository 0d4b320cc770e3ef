package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** When keys of encrypted networks change. */
@ApiType
public record KeyRotation(
    @JsonPropertyDescription("How long a key is used, such as 12h or 1h30m. Absent: 12h.")
        @Pattern(Patterns.DURATION)
        @Size(min = 2, max = 32)
        @Nullable String interval) {}
