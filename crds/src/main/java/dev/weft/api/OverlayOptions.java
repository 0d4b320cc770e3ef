package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** Options of the overlay driver. */
@ApiType
public record OverlayOptions(
    @JsonPropertyDescription(
            "VXLAN network identifier. Absent: one that Weft picks from the mesh's "
                + "range. Cannot change once allocated.")
        @Min(4096)
        @Max(16777215)
        @Nullable Integer vni,
    @JsonPropertyDescription(
            "Whether frames between nodes are encrypted, and clear ones refused. "
                + "Absent: false. Cannot change.")
        @Nullable Boolean encrypted) {}
