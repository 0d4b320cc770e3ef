package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** The sandbox that holds an endpoint. */
@ApiType
public record SandboxReference(
    @JsonPropertyDescription("Identifier of the sandbox on its node.") @Required
        @Nullable String id,
    @JsonPropertyDescription("Namespace of its pod.") @Nullable String namespace,
    @JsonPropertyDescription("Name of its pod.") @Nullable String pod,
    @JsonPropertyDescription("UID of its pod.") @Nullable String podUid,
    @JsonPropertyDescription("Name of its container, where an engine runs it without a pod.")
        @Nullable String container) {}
