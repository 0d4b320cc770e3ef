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
            "MTU in bytes, where the user asked for one. Absent: what the node's "
                + "interface leaves room for.")
        @Nullable Integer mtu,
    @JsonPropertyDescription("Whether there is no way out and none in.") @Nullable Boolean internal,
    @JsonPropertyDescription("Prefix of interface names in sandboxes.")
        @Nullable String interfacePrefix,
    @JsonPropertyDescription("Effective options of the bridge driver.")
        @Nullable BridgeOptions bridge,
    @JsonPropertyDescription("The tunnel of an overlay network.") @Nullable OverlayTunnel overlay,
    @JsonPropertyDescription("Effective options of the macvlan driver.")
        @Nullable MacvlanOptions macvlan,
    @JsonPropertyDescription(
            "Plan: nothing is built yet, the node only says what it would do. Absent: it is built.")
        @SchemaFrom(type = Mode.class)
        @Nullable String mode) {
  public HostNetworkSpec {
    subnets = Copies.list(subnets);
  }
}
