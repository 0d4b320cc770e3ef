package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** State of a network on a node, reported by its agent. */
@ApiType
public record HostNetworkStatus(
    @JsonPropertyDescription("The metadata.generation that this status describes.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The state as conditions of the usual Kubernetes form, one for each type.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("Network devices on the node that belong to the network.")
        @Nullable List<String> devices,
    @JsonPropertyDescription("Endpoints of the network on the node.") @Nullable Integer endpoints,
    @JsonPropertyDescription(
            "What the node would change for a revision that is only planned. Absent: no plan.")
        @Nullable NodePlan plan) {
  public HostNetworkStatus {
    conditions = Copies.list(conditions);
    devices = Copies.list(devices);
  }
}
