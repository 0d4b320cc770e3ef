package dev.weft.agent.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Resources of one kind, kept current by a watch, by name (of namespaced ones, {@link #key}). What
 * it holds stays when the API server cannot be reached. The {@code managedFields} of objects, often
 * their larger half, are not kept.
 *
 * <p>An object that this agent has just created may be {@link #put} in, so that it counts before
 * the watch brings it.
 */
public final class Cache<T extends HasMetadata> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cache.class);

  /** How long the watch may take to confirm an object of our own, before it counts as gone. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final SharedIndexInformer<T> informer;
  private final AtomicBoolean failing = new AtomicBoolean();
  private final Map<String, Own<T>> own = new ConcurrentHashMap<>();

  /** Is told of every object that came, changed or went. */
  public interface Listener<T> {
    /**
     * One of the two may be null, never both.
     *
     * @param before the object as it was; null: it is new
     * @param after the object as it is; null: it is gone
     */
    void changed(@Nullable T before, @Nullable T after);
  }

  /** An object of our own, what the watch had of it then, and until when that may stay so. */
  private record Own<T>(T object, @Nullable String before, long expires) {}

  private static final class Lean<T extends HasMetadata> extends BasicItemStore<T> {
    Lean() {
      super(Cache::key);
    }

    @Override
    public T put(String key, T object) {
      object.getMetadata().setManagedFields(null);
      return super.put(key, object);
    }
  }

  /** A cache of {@code resources}; nothing is asked of the API before {@link #start}. */
  public Cache(Informable<T> resources, Listener<T> listener) {
    informer = resources.runnableInformer(0);
    informer.itemStore(new Lean<>());
    informer.exceptionHandler(this::retry);
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T object) {
            listener.changed(null, object);
          }

          @Override
          public void onUpdate(T before, T after) {
            listener.changed(before, after);
          }

          @Override
          public void onDelete(T object, boolean stale) {
            listener.changed(object, null);
          }
        });
  }

  /** The name that a cache knows an object by: {@code namespace/name}, or only its name. */
  public static String key(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    String name = object.getMetadata().getName();
    return namespace == null ? name : namespace + "/" + name;
  }

  /** Begins to list and watch, for as long as it takes; completes with the first list. */
  public CompletionStage<Void> start() {
    return informer.start();
  }

  /** Whether the first list has come. */
  public boolean isSynced() {
    return informer.hasSynced();
  }

  /** All objects. */
  public List<T> all() {
    confirm();
    // before the store: what the watch brings meanwhile is in one of the two
    Map<String, Own<T>> mine = Map.copyOf(own);
    Map<String, T> all = new LinkedHashMap<>();
    informer.getStore().list().forEach(each -> all.put(key(each), each));
    mine.forEach((name, each) -> {
      if (Objects.equals(version(all.get(name)), each.before)) {
        all.put(name, each.object);
      }
    });
    return new ArrayList<>(all.values());
  }

  /** The object of this name. */
  public Optional<T> get(String name) {
    confirm();
    Own<T> mine = own.get(name);
    return Optional.ofNullable(mine == null ? informer.getStore().getByKey(name) : mine.object);
  }

  /** Has an object that we created or changed count from now on. */
  public void put(T object) {
    String name = key(object);
    own.put(name, new Own<>(object, stored(name), System.nanoTime() + GRACE.toNanos()));
  }

  /** Forgets an object of our own. */
  public void remove(String name) {
    own.remove(name);
  }

  @Override
  public void close() {
    informer.stop();
  }

  private void confirm() {
    long now = System.nanoTime();
    own.entrySet()
        .removeIf(entry ->
            !Objects.equals(stored(entry.getKey()), entry.getValue().before)
                || entry.getValue().expires - now < 0);
  }

  private @Nullable String stored(String name) {
    return version(informer.getStore().getByKey(name));
  }

  private static @Nullable String version(@Nullable HasMetadata object) {
    return object == null ? null : object.getMetadata().getResourceVersion();
  }

  /**
   * Told once until the first list has come: a start that waits for something must say for what.
   */
  private boolean retry(boolean started, Throwable failure) {
    Level level = started || failing.getAndSet(true) ? Level.DEBUG : Level.WARN;
    LOG.atLevel(level)
        .addKeyValue("kind", informer.getApiTypeClass().getSimpleName())
        .log("cannot be listed or watched, it is tried again: {}", failure.getMessage());
    return true;
  }
}
