package dev.weft.operator.network;

import dev.weft.api.Conditions;
import dev.weft.api.ContainerNetwork;
import dev.weft.api.ContainerNetworkStatus;
import dev.weft.operator.event.NetworkEvents;
import dev.weft.operator.event.StatusChange;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a network's status if it changes, with an Event for each transition. */
final class StatusWriter {
  private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);

  private final NetworkEvents events;

  StatusWriter(NetworkEvents events) {
    this.events = events;
  }

  void write(
      ContainerNetwork network, ContainerNetworkStatus status, Context<ContainerNetwork> context) {
    ContainerNetworkStatus before = network.getStatus();
    if (status.equals(before)) {
      return;
    }
    ContainerNetwork fresh = new ContainerNetwork();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withName(network.getMetadata().getName())
            .withUid(network.getMetadata().getUid())
            .build());
    fresh.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(network, fresh, context);
    StatusChange.between(before, status).forEach(each -> events.record(network, each));
    Conditions.find(status.conditions(), Conditions.READY)
        .ifPresent(ready ->
            log.atInfo()
                .addKeyValue("network", network.getMetadata().getName())
                .addKeyValue("generation", status.observedGeneration())
                .addKeyValue("ready", ready.getStatus())
                .addKeyValue("reason", ready.getReason())
                .log(ready.getMessage()));
  }
}
