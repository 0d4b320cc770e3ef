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
            "Prepare: nodes create keys of this epoch and accept frames encrypted with them."
                + " Activate: they send with them. Retire: they discard older ones. Idle: only this"
                + " epoch's keys are in use.")
        @SchemaFrom(type = KeyPhase.class)
        @Nullable String phase,
    @JsonPropertyDescription("Live nodes that have completed the phase.")
        @Nullable Integer acknowledged,
    @JsonPropertyDescription("Live nodes that can encrypt; nodes that are away do not count.")
        @Nullable Integer nodes,
    @JsonPropertyDescription("Both, as in 2/3.") @Nullable String summary,
    @JsonPropertyDescription("When the epoch began, as in 2026-01-02T15:04:05Z.")
        @Nullable String since,
    @JsonPropertyDescription(
            "Value of the annotation weft.dev/rotate that last requested a rotation.")
        @Nullable String rotate) {}
