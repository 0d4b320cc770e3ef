package dev.weft.operator.network;

import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.EventHandler;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Delays events by a moment, and merges events of the same resource within it. */
final class Debounce implements EventHandler {
  private final EventHandler handler;
  private final Duration moment;
  private final Set<ResourceID> due = ConcurrentHashMap.newKeySet();

  Debounce(EventHandler handler, Duration moment) {
    this.handler = handler;
    this.moment = moment;
  }

  @Override
  public void handleEvent(Event event) {
    ResourceID resource = event.getRelatedCustomResourceID();
    if (due.add(resource)) {
      CompletableFuture.delayedExecutor(moment.toNanos(), TimeUnit.NANOSECONDS)
          .execute(() -> {
            // before it is handled, because the handler may miss what changes meanwhile
            due.remove(resource);
            handler.handleEvent(event);
          });
    }
  }
}
