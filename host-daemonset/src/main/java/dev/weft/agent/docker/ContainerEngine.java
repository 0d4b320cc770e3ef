package dev.weft.agent.docker;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Requests to a Docker engine. Every method may throw {@link EngineAway}. */
interface ContainerEngine extends AutoCloseable {
  /** Ids of the running containers with the label {@code weft.dev/networks}. */
  Set<String> running();

  /** A running container; empty if it does not run or no longer exists. */
  Optional<Container> inspect(String id);

  /**
   * Subscribes to starts, ends and renames of containers with the label.
   *
   * @param since also reports earlier events from this time on, as far as the engine remembers them
   */
  Events events(Instant since);

  @Override
  void close();

  /** A change of a container. */
  record Event(String container, Instant time) {}

  /** Events in the order in which they happened. */
  interface Events extends AutoCloseable {
    /** Waits for the next one; empty when the engine ends the stream. */
    Optional<Event> next() throws InterruptedException;

    @Override
    void close();
  }
}
