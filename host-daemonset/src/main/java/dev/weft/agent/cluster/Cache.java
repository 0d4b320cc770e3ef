package dev.weft.agent.cluster;

import dev.weft.api.Causes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Resources of one kind, kept current by a watch, by name (namespaced ones by {@link #key}). Its
 * contents stay while the API server is unreachable. It drops the {@code managedFields} of objects,
 * often their larger half.
 *
 * <p>Objects that this agent has just created, changed or deleted may be {@link #put} or {@link
 * #remove}d, so that they count before the watch reports them.
 *
 * <p>The cache hides objects that contradict themselves.
 */
public final class Cache<T extends HasMetadata> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cache.class);

  /** Objects per page of a list; a page is requested after the previous one was read. */
  private static final long PAGE = 100;

  /** A watch that ends is replaced within two seconds if the API server answers. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final SharedIndexInformer<T> informer;
  private final AtomicReference<@Nullable Instant> dead = new AtomicReference<>();
  private volatile String reason = "";
  private final PendingWrites<T> ahead = new PendingWrites<>();
  private final Map<String, String> refused = new ConcurrentHashMap<>();
  private final Gate<T> gate;
  private final NodeRecord.Page page;
  private final CompletableFuture<Void> listed = new CompletableFuture<>();
  private final ChangeSignal changed = new ChangeSignal();

  /** Receives every object that was added, changed or deleted. */
  public interface Listener<T> {
    /**
     * At most one of the two is null.
     *
     * @param before the object before the change; null if it is new
     * @param after the object after the change; null if it is gone
     */
    void changed(@Nullable T before, @Nullable T after);
  }

  /**
   * Filter of a cache.
   *
   * @param contradiction why an object is hidden; empty if it counts
   * @param strip removes from an object what the cache need not keep
   */
  record Gate<T>(Function<T, Optional<String>> contradiction, Consumer<T> strip) {
    /** Admits all objects unchanged. */
    static <T> Gate<T> open() {
      return new Gate<>(_ -> Optional.empty(), _ -> {});
    }

    /** Admits objects without contradiction unchanged. */
    static <T> Gate<T> of(Function<T, Optional<String>> contradiction) {
      return new Gate<>(contradiction, _ -> {});
    }

    boolean admits(T object) {
      return contradiction.apply(object).isEmpty();
    }
  }

  private final class Store extends BasicItemStore<T> {
    Store() {
      super(Cache::key);
    }

    @Override
    public @Nullable T put(String key, T object) {
      object.getMetadata().setManagedFields(null);
      Optional<String> contradiction = gate.contradiction.apply(object);
      if (contradiction.isPresent()) {
        String known = refused.get(key);
        T before = remove(key);
        refuse(key, contradiction.get(), known);
        return before;
      }
      refused.remove(key);
      gate.strip.accept(object);
      page.put(key, object);
      T before = super.put(key, object);
      ahead.came(object);
      return before;
    }

    @Override
    public @Nullable T remove(String key) {
      refused.remove(key);
      page.remove(key);
      T before = super.remove(key);
      if (before != null) {
        ahead.went(before);
      }
      return before;
    }
  }

  /** A cache of {@code resources}; it sends no request before {@link #start}. */
  public Cache(Informable<T> resources, Listener<T> listener) {
    this(resources, Gate.open(), NodeRecord.none().page(""), listener);
  }

  /** A cache of the objects that pass {@code gate}, which it keeps in {@code page}. */
  Cache(Informable<T> resources, Gate<T> gate, NodeRecord.Page page, Listener<T> listener) {
    this.gate = gate;
    this.page = page;
    informer = resources.withLimit(PAGE).runnableInformer(0);
    informer.itemStore(new Store());
    informer.exceptionHandler(this::retry);
    informer.addEventHandler(
        new ResourceEventHandler<T>() {
          @Override
          public void onAdd(T object) {
            if (gate.admits(object)) {
              inform(listener, null, object);
            }
          }

          @Override
          public void onUpdate(T before, T after) {
            inform(listener, before, gate.admits(after) ? after : null);
          }

          @Override
          public void onDelete(T object, boolean stale) {
            inform(listener, object, null);
          }
        });
  }

  /** Wakes waiting threads after the listener has handled the change. */
  private void inform(Listener<T> listener, @Nullable T before, @Nullable T after) {
    try {
      listener.changed(before, after);
    } finally {
      changed.raise();
    }
  }

  /** Key of an object in a cache: {@code namespace/name}, or only its name. */
  public static String key(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    String name = object.getMetadata().getName();
    return namespace == null ? name : namespace + "/" + name;
  }

  /**
   * Starts to list and watch, without a time limit; completes with the first list, or when the
   * agent works from its record.
   */
  public CompletionStage<Void> start() {
    List<T> recalled = page.recall(informer.getApiTypeClass());
    if (!recalled.isEmpty()) {
      informer.initialState(recalled.stream());
    }
    CompletableFuture<Void> _ =
        informer
            .start()
            .toCompletableFuture()
            .thenRun(() -> {
              page.complete();
              listed.complete(null);
            })
            .exceptionally(e -> {
              listed.completeExceptionally(e);
              return null;
            });
    return CompletableFuture.anyOf(listed, page.used()).thenAccept(_ -> {});
  }

  /** Completes with the first list. */
  CompletableFuture<Void> listed() {
    return listed;
  }

  /** Whether all objects are known: the first list is complete, or the record counts. */
  public boolean isSynced() {
    return informer.hasSynced() || page.isUsed();
  }

  /**
   * Why the cache is not current; empty if its watch works, or failed less than {@link #PATIENCE}
   * ago. Routine replacement of a watch is not reported.
   */
  Optional<String> trouble() {
    if (informer.isWatching() && informer.hasSynced()) {
      dead.set(null);
      return Optional.empty();
    }
    Instant now = Instant.now();
    dead.compareAndSet(null, now);
    Instant since = Objects.requireNonNullElse(dead.get(), now);
    return informer.hasSynced() && Duration.between(since, now).compareTo(PATIENCE) < 0
        ? Optional.empty()
        : Optional.of(
            "%s %s since %s%s"
                .formatted(
                    informer.getApiTypeClass().getSimpleName(),
                    informer.hasSynced() ? "is not watched" : "is not known",
                    since.truncatedTo(ChronoUnit.SECONDS),
                    reason.isEmpty() ? "" : ": " + reason));
  }

  /** All objects. */
  public List<T> all() {
    return ahead.over(informer.getStore()::list);
  }

  /** The object of this name. */
  public Optional<T> get(String name) {
    return ahead.over(name, () -> informer.getStore().getByKey(name));
  }

  /** Adds an object that this agent created or changed. */
  public void put(T object) {
    page.put(key(object), object);
    ahead.put(object);
    changed.raise();
  }

  /** Removes an object that this agent deleted. */
  public void remove(T object) {
    ahead.remove(object);
    changed.raise();
  }

  /**
   * Waits until the cache reaches a state.
   *
   * @param atMost the time limit
   * @return whether it did
   */
  public boolean await(BooleanSupplier reached, Duration atMost) throws InterruptedException {
    return changed.await(reached, atMost);
  }

  /** Number of hidden objects. */
  int refused() {
    return refused.size();
  }

  private void refuse(String key, String why, @Nullable String known) {
    refused.put(key, why);
    if (!why.equals(known)) {
      LOG.atWarn()
          .addKeyValue("kind", informer.getApiTypeClass().getSimpleName())
          .log("{}; the object is ignored; its managedFields name the writer", why);
    }
  }

  @Override
  public void close() {
    informer.stop();
  }

  /** Closes the cache, and drops its objects from the record. */
  void end() {
    // a stopped informer fails its start, which others may still wait for
    boolean _ = listed.complete(null);
    close();
    page.end();
  }

  /**
   * Logs a failure as a warning only before the first list, and once for all kinds: a waiting start
   * must give its reason.
   */
  private boolean retry(boolean started, Throwable failure) {
    dead.compareAndSet(null, Instant.now());
    reason = Causes.of(failure);
    Level level = !informer.hasSynced() && page.away(reason) ? Level.WARN : Level.DEBUG;
    LOG.atLevel(level)
        .addKeyValue("kind", informer.getApiTypeClass().getSimpleName())
        .log("cannot be listed or watched; the agent tries again: {}", reason);
    return true;
  }
}
