package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** One address of one sandbox on one network. */
@ApiType
public record NetworkEndpointSpec(
    @JsonPropertyDescription("Name of the ContainerNetwork.") @Required @Nullable String network,
    @JsonPropertyDescription("Its UID.") @Nullable String networkUid,
    @JsonPropertyDescription("Name of the node that runs the sandbox.") @Required
        @Nullable String node,
    @JsonPropertyDescription("The sandbox.") @Required @Nullable SandboxReference sandbox,
    @JsonPropertyDescription(
            "The address with the prefix length of its subnet, such as 10.10.0.2/24.")
        @Required
        @Nullable String address,
    @JsonPropertyDescription("MAC address of the interface.") @Nullable String mac,
    @JsonPropertyDescription("Name of the interface in the sandbox.") @JsonProperty("interface")
        @Nullable String interfaceName) {}
