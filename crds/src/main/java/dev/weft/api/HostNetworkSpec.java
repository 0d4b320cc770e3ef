package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Effective values of a network at one revision, from which an agent builds it. */
@ApiType
public record HostNetworkSpec(
    @JsonPropertyDescription("Name of the ContainerNetwork.") @Required @Nullable String network,
    @JsonPropertyDescription("Its UID.") @Nullable String networkUid,
    @JsonPropertyDescription("The generation of the network that this was made from.")
        @Nullable Long networkGeneration,
    @JsonPropertyDescription("Name of the node.") @Required @Nullable String node,
    @JsonPropertyDescription("Driver of the network.") @Required @SchemaFrom(type = Driver.class)
        @Nullable String driver,
    @JsonPropertyDescription("Address blocks, with the gateway filled in where there is one.")
        @Nullable List<Subnet> subnets,
    @JsonPropertyDescription(
            "MTU in bytes, if the user set one. Absent: the largest that fits the node's"
                + " interface.")
        @Nullable Integer mtu,
    @JsonPropertyDescription("Whether the network is cut off from everything outside it.")
        @Nullable Boolean internal,
    @JsonPropertyDescription("Prefix of interface names in sandboxes.")
        @Nullable String interfacePrefix,
    @JsonPropertyDescription("Effective options of the bridge driver.")
        @Nullable BridgeOptions bridge,
    @JsonPropertyDescription("The tunnel of an overlay network.") @Nullable OverlayTunnel overlay,
    @JsonPropertyDescription("Effective options of the macvlan driver.")
        @Nullable MacvlanOptions macvlan,
    @JsonPropertyDescription(
            "Plan: the node builds nothing and only reports what it would change. Absent: the node"
                + " builds it.")
        @SchemaFrom(type = Mode.class)
        @Nullable String mode) {
  public HostNetworkSpec {
    subnets = Copies.list(subnets);
  }
}
