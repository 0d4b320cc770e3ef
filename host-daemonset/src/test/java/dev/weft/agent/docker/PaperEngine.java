package dev.weft.agent.docker;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A simulated engine: a test starts and stops containers and the engine itself. */
final class PaperEngine implements ContainerEngine {
  final Map<String, Container> containers = new ConcurrentHashMap<>();
  final CopyOnWriteArrayList<Instant> subscriptions = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();
  private volatile boolean away;

  /** Starts a container with this run number. */
  void start(String id, String networks, int run) {
    put(id, networks, "default", run);
    tell(id);
  }

  void put(String id, String networks, String mode, int run) {
    containers.put(
        id,
        new Container(
            id,
            "name-" + id,
            networks,
            false,
            mode,
            new Container.Network("run" + run, "/ns/" + id, 7)));
  }

  void end(String id) {
    containers.remove(id);
    tell(id);
  }

  void tell(String id) {
    events.add(Optional.of(new Event(id, Instant.EPOCH)));
  }

  /** Stops the engine: it does not answer, and its events stop. */
  void leave() {
    away = true;
    events.add(Optional.empty());
  }

  void comeBack() {
    away = false;
  }

  @Override
  public Set<String> running() {
    requireHere();
    return Set.copyOf(containers.keySet());
  }

  @Override
  public Optional<Container> inspect(String id) {
    requireHere();
    return Optional.ofNullable(containers.get(id));
  }

  @Override
  public Events events(Instant since) {
    requireHere();
    subscriptions.add(since);
    return new Events() {
      @Override
      public Optional<Event> next() throws InterruptedException {
        return events.take();
      }

      @Override
      public void close() {}
    };
  }

  private void requireHere() {
    if (away) {
      throw new EngineAway("nobody answers", new IllegalStateException("away"));
    }
  }

  @Override
  public void close() {}
}
