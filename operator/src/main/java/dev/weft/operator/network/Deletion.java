package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.ConditionsDraft;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.api.ContainerNetworkStatusBuilder;
import dev.weft.api.Reason;
import java.time.Clock;

/**
 * Status of a network that is being deleted: it waits for the user or for nodes. Earlier conditions
 * about its work are replaced or removed.
 */
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
    ConditionsDraft conditions =
        ConditionsDraft.from(old == null ? null : old.conditions(), generation, clock)
            .with(Conditions.READY, Conditions.FALSE, reason, message)
            .without(Conditions.DEGRADED);
    return builder
        .observedGeneration(generation)
        .conditions(
            (reason == Reason.ENDPOINTS_REMAIN
                    ? waiting(conditions, reason, message)
                    : proceeding(conditions, reason, message))
                .list())
        .build();
  }

  private static ConditionsDraft waiting(
      ConditionsDraft conditions, Reason reason, String message) {
    return conditions
        .with(
            Conditions.RECONCILING,
            Conditions.FALSE,
            Reason.STALLED,
            "waits for a change by the user")
        .with(Conditions.STALLED, Conditions.TRUE, reason, message);
  }

  private static ConditionsDraft proceeding(
      ConditionsDraft conditions, Reason reason, String message) {
    return conditions
        .with(Conditions.RECONCILING, Conditions.TRUE, reason, message)
        .with(
            Conditions.STALLED,
            Conditions.FALSE,
            Reason.NOT_STALLED,
            "nodes take it down; Ready says which");
  }
}
