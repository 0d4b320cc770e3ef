package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** UDP ports of the tunnels. */
@ApiType
public record Ports(
    @JsonPropertyDescription("Port of networks that are not encrypted. Absent: 4789.")
        @Min(1)
        @Max(65535)
        @Nullable Integer clear,
    @JsonPropertyDescription(
            "Port of encrypted networks; another one, so that clear frames can be "
                + "refused by port. Absent: 4790.")
        @Min(1)
        @Max(65535)
        @Nullable Integer encrypted) {}
