package dev.weft.agent.services;

import dev.weft.api.IpAddress;
import java.util.Collection;
import java.util.Optional;

/**
 * Chooses the task for a client with affinity by rendezvous hashing: the task with the highest
 * hash. Adding or removing a task moves only that task's clients.
 */
final class AffinityHash {
  private AffinityHash() {}

  /**
   * The task of a client.
   *
   * @param client a name that is stable as long as the client's address is
   * @param before the best of the other tasks
   */
  static Optional<IpAddress> of(
      String client, Collection<IpAddress> tasks, Optional<IpAddress> before) {
    Optional<IpAddress> best = before;
    for (IpAddress each : tasks) {
      if (best.isEmpty() || lot(client, each) > lot(client, best.get())) {
        best = Optional.of(each);
      }
    }
    return best;
  }

  /** A pseudo-random number, always the same for the same pair. */
  private static long lot(String client, IpAddress task) {
    long mixed = (client.hashCode() * 0x9E3779B97F4A7C15L) ^ task.value().hashCode();
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
