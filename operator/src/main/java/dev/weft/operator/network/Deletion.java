package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Reason;
import java.time.Clock;

/** What a network that is being deleted says of itself. */
final class Deletion {
  private Deletion() {}

  static ContainerNetworkStatus status(
      ContainerNetwork network, Reason reason, String message, Clock clock) {
    ContainerNetworkStatus old = network.getStatus();
    Long generation = network.getMetadata().getGeneration();
    ContainerNetworkStatusBuilder builder =
        old == null
            ? ContainerNetworkStatusBuilder.builder()
            : ContainerNetworkStatusBuilder.builder(old);
    return builder
        .observedGeneration(generation)
        .conditions(
            ConditionsDraft.from(old == null ? null : old.conditions(), generation, clock)
                .with(Conditions.READY, Conditions.FALSE, reason, message)
                .with(Conditions.RECONCILING, Conditions.TRUE, reason, message)
                .list())
        .build();
  }
}
