package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The sandbox that holds an endpoint. */
@ApiType
@ValidationRule(
    value = "has(self.id) || has(self.podUid)",
    message = "a sandbox needs an id or a pod")
public record SandboxReference(
    @JsonPropertyDescription(
            "Identifier of the sandbox on its node. Absent until its pod starts there.")
        @Nullable String id,
    @JsonPropertyDescription("Namespace of its pod.") @Nullable String namespace,
    @JsonPropertyDescription("Name of its pod.") @Nullable String pod,
    @JsonPropertyDescription("UID of its pod.") @Nullable String podUid,
    @JsonPropertyDescription("Name of its container, where an engine runs it without a pod.")
        @Nullable String container) {}
