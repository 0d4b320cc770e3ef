package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** State of the key rotation of encrypted networks. */
@ApiType
public record MeshKeys(
    @JsonPropertyDescription("The newest epoch of keys; it only grows.") @Min(1)
        @Nullable Long epoch,
    @JsonPropertyDescription(
            "Prepare: nodes make keys of this epoch and take frames by them. Activate: they send by"
                + " them. Retire: they forget older ones. Idle: this epoch's are the only ones.")
        @SchemaFrom(type = KeyPhase.class)
        @Nullable String phase,
    @JsonPropertyDescription("Live nodes that have done what the phase asks.")
        @Nullable Integer acknowledged,
    @JsonPropertyDescription("Live nodes that can encrypt; nodes that are away do not count.")
        @Nullable Integer nodes,
    @JsonPropertyDescription("Both, as in 2/3.") @Nullable String summary,
    @JsonPropertyDescription("When the epoch began, as in 2026-01-02T15:04:05Z.")
        @Nullable String since,
    @JsonPropertyDescription(
            "Value of the annotation weft.dev/rotate that was last taken for a request.")
        @Nullable String rotate) {}
