package dev.weft.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.api.NetworkEndpoint;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The agent's own writes count at once, even if the watch is late. */
class PendingWritesTest {
  private final PendingWrites<NetworkEndpoint> ahead = new PendingWrites<>();
  private final List<NetworkEndpoint> watched = new ArrayList<>();

  @Test
  void whatWasCreatedCountsUntilTheWatchHasMoved() {
    ahead.put(object("uid-1", 5));
    assertThat(versions()).containsExactly("5");

    added(object("uid-1", 5));
    added(object("uid-1", 7));
    assertThat(versions()).containsExactly("7");

    deleted();
    assertThat(versions()).isEmpty();
  }

  @Test
  void whatWasCreatedIsGoneWhenItWentBeforeAnybodyLooked() {
    ahead.put(object("uid-1", 5));
    added(object("uid-1", 5));
    deleted();
    assertThat(versions()).isEmpty();
  }

  @Test
  void whatWasChangedIsNotUndoneByAnEarlierState() {
    added(object("uid-1", 5));
    ahead.put(object("uid-1", 9));
    added(object("uid-1", 7));
    assertThat(versions()).containsExactly("9");

    added(object("uid-1", 10));
    assertThat(versions()).containsExactly("10");
  }

  @Test
  void whatWasDeletedDoesNotComeBackWithALateWatch() {
    ahead.put(object("uid-1", 5));
    ahead.remove(object("uid-1", 5));
    assertThat(versions()).isEmpty();

    added(object("uid-1", 5));
    assertThat(versions()).isEmpty();
    deleted();
    added(object("uid-2", 8));
    assertThat(versions()).containsExactly("8");
  }

  @Test
  void theNextOfANameOutlivesTheDeletionOfTheFormer() {
    added(object("uid-1", 5));
    ahead.remove(object("uid-1", 5));
    ahead.put(object("uid-2", 8));
    assertThat(versions()).containsExactly("8");

    deleted();
    assertThat(versions()).containsExactly("8");
    added(object("uid-2", 8));
    assertThat(versions()).containsExactly("8");
  }

  private void added(NetworkEndpoint object) {
    watched.clear();
    watched.add(object);
    ahead.came(object);
  }

  private void deleted() {
    ahead.went(watched.removeFirst());
  }

  /** Versions of the current objects; both lookups must agree. */
  private List<String> versions() {
    List<NetworkEndpoint> all = ahead.over(() -> List.copyOf(watched));
    Optional<NetworkEndpoint> one =
        ahead.over("blue", () -> watched.isEmpty() ? null : watched.getFirst());
    assertThat(one).isEqualTo(all.stream().findFirst());
    return all.stream().map(each -> each.getMetadata().getResourceVersion()).toList();
  }

  private static NetworkEndpoint object(String uid, long version) {
    NetworkEndpoint object = new NetworkEndpoint();
    object.setMetadata(
        new ObjectMetaBuilder()
            .withName("blue")
            .withUid(uid)
            .withResourceVersion(Long.toString(version))
            .build());
    return object;
  }
}
