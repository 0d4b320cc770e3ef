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
 * What this agent did to objects and the watch has not reported yet. The watch may be late with all
 * of it: with an object that was created, with the former one of the same name, and with one that
 * is gone again by then.
 *
 * <p>Versions are compared as numbers, as KEP-5504 has clients do; every API server counts so.
 */
final class PendingWrites<T extends HasMetadata> {
  /** How long the watch may take, before what it says counts. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Map<String, PendingWrite<T>> deeds = new ConcurrentHashMap<>();

  /** An object as this agent has left it, or as it was when this agent deleted it. */
  private record PendingWrite<T extends HasMetadata>(T object, boolean isDeleted, long expires) {
    /** What there is, given what the watch has reported. */
    @Nullable T over(@Nullable T watched) {
      if (isDeleted) {
        return watched != null && isOf(watched) ? null : watched;
      }
      return watched == null || isBehind(watched) ? object : watched;
    }

    /** Whether what the watch reports is older than this. */
    boolean isBehind(T watched) {
      return version(watched) < version(object);
    }

    boolean isOf(T other) {
      return object.getMetadata().getUid().equals(other.getMetadata().getUid());
    }
  }

  /** An object was created or changed. */
  void put(T object) {
    did(object, false);
  }

  /** An object was deleted. */
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

  /** The watch reports that an object is gone. */
  void went(T object) {
    deeds.computeIfPresent(Cache.key(object), (_, deed) -> deed.isOf(object) ? null : deed);
  }

  /** All objects, given those that the watch has reported. */
  List<T> over(Supplier<List<T>> watched) {
    forget();
    // before the watch's: what it reports meanwhile is in one of the two
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
