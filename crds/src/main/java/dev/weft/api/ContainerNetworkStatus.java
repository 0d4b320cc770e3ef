package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Effective values and state of a network, written by the operator. */
@ApiType
public record ContainerNetworkStatus(
    @JsonPropertyDescription("The metadata.generation that this status answers to.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The state as conditions of the usual Kubernetes form, one for each type.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("The driver that built the network.") @Nullable String driver,
    @JsonPropertyDescription("The address blocks that the network holds.") @Size(max = 16)
        @Nullable List<EffectiveSubnet> subnets,
    @JsonPropertyDescription("The VXLAN network identifier that the network holds.")
        @Nullable Integer vni,
    @JsonPropertyDescription("The UDP port of its tunnels.") @Nullable Integer port,
    @JsonPropertyDescription("The effective MTU in bytes: the least over its nodes.")
        @Nullable Integer mtu,
    @JsonPropertyDescription(
            "The nodes' device that the network named and holds: a bridge, or a macvlan parent.")
        @Nullable String device,
    @JsonPropertyDescription("On how many nodes it should be and is ready.")
        @Nullable NodeCounts nodes,
    @JsonPropertyDescription("How many addresses are used and free.")
        @Nullable AddressCounts addresses,
    @JsonPropertyDescription("How far a change has come on its way to the nodes.")
        @Nullable RolloutProgress rollout) {
  public ContainerNetworkStatus {
    conditions = Copies.list(conditions);
    subnets = Copies.list(subnets);
  }
}
