package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.util.List;

/** What a network that is being deleted says of itself. */
final class Deletion {
  static final String ENDPOINTS_REMAIN = "EndpointsRemain";
  static final String ON_NODES = "NodesTakeDown";

  private Deletion() {}

  static ContainerNetworkStatus status(
      ContainerNetwork network, String reason, String message, Clock clock) {
    ContainerNetworkStatus old = network.getStatus();
    Long generation = network.getMetadata().getGeneration();
    List<Condition> conditions =
        old == null || old.conditions() == null ? List.of() : old.conditions();
    conditions =
        Conditions.merge(
            conditions,
            Conditions.of(Conditions.READY, Conditions.FALSE, reason, message, generation, clock));
    conditions =
        Conditions.merge(
            conditions,
            Conditions.of(
                Conditions.RECONCILING, Conditions.TRUE, reason, message, generation, clock));
    ContainerNetworkStatusBuilder builder =
        old == null
            ? ContainerNetworkStatusBuilder.builder()
            : ContainerNetworkStatusBuilder.builder(old);
    return builder.observedGeneration(generation).conditions(conditions).build();
  }
}
