package dev.weft.agent.docker;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What is asked of a Docker engine. Every method may throw {@link EngineAway}. */
interface ContainerEngine extends AutoCloseable {
  /** Ids of the containers that run and carry the label {@code weft.dev/networks}. */
  Set<String> running();

  /** A container as it is; empty if it does not run or is no more. */
  Optional<Container> inspect(String id);

  /**
   * Begins to listen to starts, ends and new names of containers that carry the label.
   *
   * @param since those that happened from then on are reported too, as far as the engine remembers
   */
  Events events(Instant since);

  @Override
  void close();

  /** Something happened to a container. */
  record Event(String container, Instant time) {}

  /** Events in the order in which they happened. */
  interface Events extends AutoCloseable {
    /** Waits for the next one; empty when the engine ends the stream. */
    Optional<Event> next() throws InterruptedException;

    @Override
    void close();
  }
}
