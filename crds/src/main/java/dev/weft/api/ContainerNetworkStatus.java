package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Effective values and state of a network, written by the operator. */
@ApiType
public record ContainerNetworkStatus(
    @JsonPropertyDescription("The metadata.generation that this status describes.")
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
            "The device on the nodes that is allocated to the network: a bridge, or a macvlan"
                + " parent.")
        @Nullable String device,
    @JsonPropertyDescription("How many nodes should carry the network, and how many do.")
        @Nullable NodeCounts nodes,
    @JsonPropertyDescription("How many addresses are used and free.")
        @Nullable AddressCounts addresses,
    @JsonPropertyDescription("Progress of the rollout of a change.")
        @Nullable RolloutProgress rollout) {
  public ContainerNetworkStatus {
    conditions = Copies.list(conditions);
    subnets = Copies.list(subnets);
  }
}
