package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Progress of a node in the key rotation of the mesh. */
@ApiType
public record KeyProgress(
    @JsonPropertyDescription(
            "The newest epoch whose key the node has published; it accepts packets encrypted with"
                + " it.")
        @Min(1)
        @Nullable Long prepared,
    @JsonPropertyDescription(
            "The keys of that epoch whose frames the node accepts: SHA-256 over all of them, in"
                + " hexadecimal.")
        @Size(min = 64, max = 64)
        @Pattern(Patterns.DIGEST)
        @Nullable String peers,
    @JsonPropertyDescription(
            "The epoch whose keys the node uses to send to every node that has one.")
        @Min(1)
        @Nullable Long active,
    @JsonPropertyDescription("The newest epoch that has reached its byte limit.") @Min(1)
        @Nullable Long exhausted) {}
