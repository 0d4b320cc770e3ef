package dev.weft.agent.docker;

import dev.weft.agent.retry.Backoff;
import dev.weft.agent.retry.Supervised;
import dev.weft.agent.sandbox.AttachResult;
import dev.weft.agent.sandbox.Sandbox;
import dev.weft.agent.sandbox.SandboxListener;
import dev.weft.agent.sandbox.Sandboxes;
import dev.weft.api.Names;
import dev.weft.api.SandboxReference;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers of a Docker engine with the label {@code weft.dev/networks}. They are wired right
 * after their start, because the engine offers no hook before it. Each start is a separate sandbox
 * with a network namespace of its own.
 *
 * <p>It lists the running containers, then follows the events since just before the list. When the
 * engine becomes unreachable, it repeats this. Until then all known containers count as running,
 * because they may survive a restart of the engine.
 */
public final class DockerSandboxes implements Sandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(DockerSandboxes.class);

  /** New containers lack their networks for up to this long after an engine answers again. */
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(200), Duration.ofMillis(800));

  private final ContainerEngine engine;
  private final Function<Container, Optional<Path>> namespaces;
  private final Clock clock;
  private final Map<String, Sandbox> running = new ConcurrentHashMap<>();
  private final Map<String, String> refused = new ConcurrentHashMap<>();
  private volatile SandboxListener wiring = NOBODY;
  private volatile boolean synced;
  private volatile @Nullable Thread thread;
  private volatile String away = "has not answered yet";
  private volatile boolean closed;

  private static final SandboxListener NOBODY =
      new SandboxListener() {
        @Override
        public AttachResult attach(Sandbox sandbox) {
          return new AttachResult.Untried();
        }

        @Override
        public void detach(Sandbox sandbox) {}

        @Override
        public void synced() {}
      };

  /** Containers of the engine at {@code uri}, such as {@code unix:///var/run/docker.sock}. */
  public DockerSandboxes(URI uri) {
    this(new DockerEngine(uri), ContainerNamespaces::of, Clock.systemUTC());
  }

  DockerSandboxes(
      ContainerEngine engine, Function<Container, Optional<Path>> namespaces, Clock clock) {
    this.engine = engine;
    this.namespaces = namespaces;
    this.clock = clock;
  }

  @Override
  public void start(SandboxListener calls) {
    wiring = calls;
    thread = Supervised.start("docker", this::follow);
  }

  @Override
  public boolean isSynced() {
    return synced;
  }

  @Override
  public Optional<String> trouble() {
    String why = away;
    return why.isEmpty() ? Optional.empty() : Optional.of("the Docker engine " + why);
  }

  @Override
  public Collection<Sandbox> running() {
    return List.copyOf(running.values());
  }

  @Override
  public boolean mayRun(String idOrOwner) {
    return running.values().stream().anyMatch(each -> each.id().equals(idOrOwner));
  }

  /** Does nothing: the engine has no place for a result, and the Event and the log report it. */
  @Override
  public void report(Sandbox sandbox, AttachResult verdict) {}

  @Override
  public void close() {
    closed = true;
    Thread following = thread;
    if (following != null) {
      following.interrupt();
    }
    engine.close();
  }

  private void follow() throws InterruptedException {
    int failures = 0;
    while (!closed) {
      try {
        Instant before = clock.instant();
        listAll();
        failures = 0;
        listen(before);
        away = "has ended its events";
        LOG.atInfo().log("the Docker engine ended the stream of events; the agent reconnects");
      } catch (EngineAway e) {
        away = "does not answer: " + e.getMessage();
        if (failures++ == 0) {
          LOG.atWarn().log("containers are not known; the agent tries again: {}", e.getMessage());
        }
      }
      Thread.sleep(BACKOFF.delay(Math.max(1, failures)));
    }
  }

  private void listAll() {
    Set<String> ids = new TreeSet<>(engine.running());
    ids.addAll(running.keySet());
    ids.forEach(this::refresh);
    synced = true;
    away = "";
    wiring.synced();
  }

  private void listen(Instant since) throws InterruptedException {
    try (ContainerEngine.Events events = engine.events(since)) {
      for (Optional<ContainerEngine.Event> next = events.next();
          next.isPresent();
          next = events.next()) {
        refresh(next.get().container());
      }
    }
  }

  private void refresh(String id) {
    Optional<Sandbox> now = engine.inspect(id).flatMap(this::sandbox);
    Sandbox before = running.get(id);
    if (before != null && now.filter(each -> each.id().equals(before.id())).isEmpty()) {
      running.remove(id);
      Thread.ofVirtual().name("detach " + before).start(() -> wiring.detach(before));
    }
    now.filter(each -> !each.equals(running.put(id, each)))
        .ifPresent(each ->
            Thread.ofVirtual()
                .name("attach " + each)
                .start(() -> {
                  AttachResult _ = wiring.attach(each);
                }));
  }

  private Optional<Sandbox> sandbox(Container container) {
    if (container.ofImage()) {
      return refuse(
          container,
          "its label %s=%s is that of its image, and an image joins no network; set the label with"
                  .formatted(Names.NETWORKS_ANNOTATION, container.networks())
              + " docker run --label, to another text if need be");
    }
    if (container.sharesNetwork()) {
      return refuse(
          container,
          "it shares the network of %s; put the label there".formatted(container.mode()));
    }
    Optional<Path> namespace = namespaces.apply(container);
    if (namespace.isEmpty()) {
      return refuse(
          container,
          "the agent sees its network namespace at none of %s; run the agent in the machine's"
                  .formatted(container.namespaces())
              + " process namespace, or with the engine's directory of namespaces mounted");
    }
    refused.remove(container.id());
    return namespace.map(file ->
        new Sandbox(
            new SandboxReference(container.sandbox(), null, null, null, container.name()),
            file,
            container.networks()));
  }

  private Optional<Sandbox> refuse(Container container, String why) {
    if (!why.equals(refused.put(container.id(), why))) {
      LOG.atWarn().addKeyValue("container", container.name()).log("not attached: {}", why);
    }
    return Optional.empty();
  }
}
