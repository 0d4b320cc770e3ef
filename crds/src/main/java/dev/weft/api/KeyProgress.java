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
            "The newest epoch whose key the node has published; it takes what is encrypted with"
                + " it.")
        @Min(1)
        @Nullable Long prepared,
    @JsonPropertyDescription(
            "Which keys of that epoch the node takes frames by: SHA-256 over all of them, in"
                + " hexadecimal.")
        @Size(min = 64, max = 64)
        @Pattern(Patterns.DIGEST)
        @Nullable String peers,
    @JsonPropertyDescription(
            "The epoch by whose keys the node sends to every node that has one of it.")
        @Min(1)
        @Nullable Long active,
    @JsonPropertyDescription("The newest epoch that has carried as much as one may.") @Min(1)
        @Nullable Long exhausted) {}
