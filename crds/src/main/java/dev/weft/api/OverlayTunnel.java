package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** VXLAN parameters of an overlay network on a node. */
@ApiType
public record OverlayTunnel(
    @JsonPropertyDescription("VXLAN network identifier.") @Required @Nullable Integer vni,
    @JsonPropertyDescription("UDP port.") @Required @Nullable Integer port,
    @JsonPropertyDescription("Whether frames between nodes are encrypted, and clear ones refused.")
        @Required
        @Nullable Boolean encrypted) {}
