package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** One address on one network, of a sandbox or of a service. */
@ApiType
@ValidationRule(
    value = "has(self.service) ? !has(self.sandbox) : has(self.sandbox) && has(self.node)",
    message = "an address belongs to a sandbox on a node, or to a service")
public record NetworkEndpointSpec(
    @JsonPropertyDescription("Name of the ContainerNetwork.") @Required @Nullable String network,
    @JsonPropertyDescription("Its UID.") @Nullable String networkUid,
    @JsonPropertyDescription("Name of the node that runs the sandbox.") @Nullable String node,
    @JsonPropertyDescription("The sandbox that holds the address.")
        @Nullable SandboxReference sandbox,
    @JsonPropertyDescription("The service whose virtual address it is.")
        @Nullable ServiceReference service,
    @JsonPropertyDescription(
            "The address with the prefix length of its subnet, such as 10.10.0.2/24.")
        @Required
        @Nullable String address,
    @JsonPropertyDescription("MAC address of the interface.") @Nullable String mac,
    @JsonPropertyDescription("Name of the interface in the sandbox.") @JsonProperty("interface")
        @Nullable String interfaceName) {}
