package dev.weft.mesh;

import dev.weft.mesh.Forwarding.FdbEntry;
import dev.weft.mesh.Forwarding.NeighbourEntry;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding of one network as its remote endpoints come, move and go.
 *
 * <p>Several endpoints share a flood entry (they live on one node) or a forwarding entry (they are
 * the addresses of one interface), so entries are counted and end with their last user. A change
 * costs the same with ten endpoints as with ten thousand.
 *
 * <p>Not thread-safe: it belongs to one control loop.
 *
 * @param <K> what tells endpoints apart, for instance their resource names
 */
public final class ForwardingTable<K> {

  /** Entries to remove from, then add to, what a node has programmed. */
  public record Delta(Forwarding removed, Forwarding added) {
    public boolean isEmpty() {
      return removed.isEmpty() && added.isEmpty();
    }
  }

  private final Map<K, RemoteEndpoint> endpoints = new HashMap<>();
  private final Counted<FdbEntry> fdb = new Counted<>();
  private final Counted<NeighbourEntry> neighbours = new Counted<>();
  private final Counted<InetAddress> flood = new Counted<>();

  /** Adds the endpoint, or replaces what {@code key} stood for; says what changes on the node. */
  public Delta put(K key, RemoteEndpoint endpoint) {
    return replace(endpoints.put(key, endpoint), endpoint);
  }

  /** Forgets the endpoint, if it is known; says what changes on the node. */
  public Delta remove(K key) {
    return replace(endpoints.remove(key), null);
  }

  /** Everything a node must have programmed now. */
  public Forwarding forwarding() {
    return new Forwarding(fdb.present(), neighbours.present(), flood.present());
  }

  private Delta replace(@Nullable RemoteEndpoint before, @Nullable RemoteEndpoint after) {
    Forwarding old = before == null ? Forwarding.NONE : Forwarding.of(Set.of(before));
    Forwarding fresh = after == null ? Forwarding.NONE : Forwarding.of(Set.of(after));
    // Count up before down: an entry that both need must not look as if it ended.
    Forwarding added =
        new Forwarding(
            fdb.acquire(fresh.fdb()),
            neighbours.acquire(fresh.neighbours()),
            flood.acquire(fresh.flood()));
    Forwarding removed =
        new Forwarding(
            fdb.release(old.fdb()),
            neighbours.release(old.neighbours()),
            flood.release(old.flood()));
    return new Delta(removed, added);
  }

  private static final class Counted<E> {
    private final Map<E, Integer> uses = new HashMap<>();

    /** The entries of {@code wanted} that nobody used before. */
    Set<E> acquire(Set<E> wanted) {
      Set<E> first = new HashSet<>();
      for (E entry : wanted) {
        if (uses.merge(entry, 1, Integer::sum) == 1) {
          first.add(entry);
        }
      }
      return first;
    }

    /** The entries of {@code unwanted} that nobody uses any more. */
    Set<E> release(Set<E> unwanted) {
      Set<E> last = new HashSet<>();
      for (E entry : unwanted) {
        if (uses.computeIfPresent(entry, (_, count) -> count == 1 ? null : count - 1) == null) {
          last.add(entry);
        }
      }
      return last;
    }

    Set<E> present() {
      return uses.keySet();
    }
  }
}
