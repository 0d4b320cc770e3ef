package dev.weft.agent.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes by this agent that the watch has not reported yet. The watch may still report an older
 * object: the state before a change, a former object of the same name, or one that is already
 * deleted.
 *
 * <p>Versions are compared as numbers, as KEP-5504 allows clients to; every API server counts this
 * way.
 */
final class PendingWrites<T extends HasMetadata> {
  /** After this time only the watch counts. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Map<String, PendingWrite<T>> deeds = new ConcurrentHashMap<>();

  /** An object as this agent wrote it, or as it was when this agent deleted it. */
  private record PendingWrite<T extends HasMetadata>(T object, boolean isDeleted, long expires) {
    /** The current object, given the one that the watch has reported. */
    @Nullable T over(@Nullable T watched) {
      if (isDeleted) {
        return watched != null && isOf(watched) ? null : watched;
      }
      return watched == null || isBehind(watched) ? object : watched;
    }

    /** Whether the watch reports an older version. */
    boolean isBehind(T watched) {
      return version(watched) < version(object);
    }

    boolean isOf(T other) {
      return object.getMetadata().getUid().equals(other.getMetadata().getUid());
    }
  }

  /** Records a created or changed object. */
  void put(T object) {
    did(object, false);
  }

  /** Records a deleted object. */
  void remove(T object) {
    did(object, true);
  }

  private void did(T object, boolean isDeleted) {
    long now = System.nanoTime();
    deeds.put(Cache.key(object), new PendingWrite<>(object, isDeleted, now + GRACE.toNanos()));
  }

  /** The watch reports an object. */
  void came(T object) {
    deeds.computeIfPresent(
        Cache.key(object), (_, deed) -> deed.isDeleted || deed.isBehind(object) ? deed : null);
  }

  /** The watch reports a deletion. */
  void went(T object) {
    deeds.computeIfPresent(Cache.key(object), (_, deed) -> deed.isOf(object) ? null : deed);
  }

  /** All objects, given those that the watch has reported. */
  List<T> over(Supplier<List<T>> watched) {
    forget();
    // read before the watch's: an object reported meanwhile is in one of the two
    Map<String, PendingWrite<T>> mine = Map.copyOf(deeds);
    Map<String, T> all = new LinkedHashMap<>();
    watched.get().forEach(each -> all.put(Cache.key(each), each));
    mine.forEach((name, deed) -> all.compute(name, (_, each) -> deed.over(each)));
    return new ArrayList<>(all.values());
  }

  /** The object of this name, given the one that the watch has reported. */
  Optional<T> over(String name, Supplier<@Nullable T> watched) {
    forget();
    PendingWrite<T> mine = deeds.get(name);
    T there = watched.get();
    return Optional.ofNullable(mine == null ? there : mine.over(there));
  }

  private void forget() {
    long now = System.nanoTime();
    deeds.values().removeIf(each -> each.expires - now < 0);
  }

  private static long version(HasMetadata object) {
    return Long.parseLong(object.getMetadata().getResourceVersion());
  }
}
