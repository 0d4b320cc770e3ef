package dev.weft.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** State of a service, written by the operator. */
@ApiType
public record OverlayServiceStatus(
    @JsonPropertyDescription("The metadata.generation that this status describes.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The state as conditions of the usual Kubernetes form, one for each type.")
        @Nullable List<Condition> conditions,
    @JsonPropertyDescription("The virtual address; the IPv4 one, if there are two.")
        @Nullable String vip,
    @JsonPropertyDescription("The virtual addresses, one for each address family of the network.")
        @Nullable List<String> vips,
    @JsonPropertyDescription("Tasks that exist.") @StatusReplicas @Nullable Integer replicas,
    @JsonPropertyDescription("Tasks that are ready.") @Nullable Integer readyReplicas,
    @JsonPropertyDescription("Addresses that the service's name resolves to.")
        @Nullable Integer endpoints,
    @JsonPropertyDescription("Label selector of the tasks, as autoscalers need it.") @LabelSelector
        @Nullable String selector) {
  public OverlayServiceStatus {
    conditions = Copies.list(conditions);
    vips = Copies.list(vips);
  }
}
