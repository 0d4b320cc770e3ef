package dev.weft.operator.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Many events of a network are merged into one, and the last is never missed. */
class DebounceTest {
  private static final Duration LONG = Duration.ofSeconds(2);

  private final List<String> handled = new CopyOnWriteArrayList<>();

  @Test
  void eventsOfOneResourceWithinTheMomentAreOne() {
    Debounce gathering = new Debounce(this::handle, LONG);
    for (int i = 0; i < 1000; i++) {
      gathering.handleEvent(of("blue"));
      gathering.handleEvent(of("lan"));
    }
    await().until(() -> handled.size() >= 2);
    assertThat(handled).containsExactlyInAnyOrder("blue", "lan");
  }

  @Test
  void anEventThatComesWhileOneIsHandledIsHandledAfterIt() {
    Debounce[] gathering = new Debounce[1];
    gathering[0] =
        new Debounce(
            event -> {
              if (handled.isEmpty()) {
                gathering[0].handleEvent(event);
              }
              handle(event);
            },
            Duration.ofMillis(1));
    gathering[0].handleEvent(of("blue"));
    await().until(() -> handled.equals(List.of("blue", "blue")));
  }

  private void handle(Event event) {
    handled.add(event.getRelatedCustomResourceID().getName());
  }

  private static Event of(String network) {
    return new Event(new ResourceID(network));
  }
}
