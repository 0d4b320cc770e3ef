package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A port that a service listens on. */
@ApiType
public record ServicePort(
    @JsonPropertyDescription("Name of the port, unique in the service.") @Size(min = 1, max = 15)
        @Nullable String name,
    @JsonPropertyDescription("Port at the service's address.") @Required @Min(1) @Max(65535)
        @Nullable Integer port,
    @JsonPropertyDescription("Port at the tasks. Absent: the same as port.") @Min(1) @Max(65535)
        @Nullable Integer targetPort,
    @JsonPropertyDescription("TCP (when absent) or UDP.") @SchemaFrom(type = Protocol.class)
        @Nullable String protocol) {}
