package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Options of the bridge driver. */
@ApiType
public record BridgeOptions(
    @JsonPropertyDescription(
            "Name of the bridge device on every node. Absent: a name that Weft derives "
                + "from the network.")
        @Size(min = 1, max = 15)
        @Pattern(Patterns.INTERFACE)
        @Nullable String name,
    @JsonPropertyDescription("Whether connections out carry the node's address. Absent: true.")
        @Nullable Boolean masquerade,
    @JsonPropertyDescription("Whether endpoints of the network may reach each other. Absent: true.")
        @Nullable Boolean interContainerTraffic,
    @JsonPropertyDescription(
            "How the network is connected to the outside. NAT (when absent): behind the "
                + "node's address. Routed: with its own addresses, which the LAN must route "
                + "to the node. Isolated: not at all, the bridge has no address.")
        @SchemaFrom(type = GatewayMode.class)
        @Nullable String gatewayMode) {}
