package dev.weft.mesh;

import dev.weft.mesh.Forwarding.FdbEntry;
import dev.weft.mesh.Forwarding.NeighbourEntry;
import dev.weft.netlink.MacAddress;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The forwarding of one network as its remote endpoints come, move and go.
 *
 * <p>Several endpoints share a flood entry (they live on one node), a forwarding entry (they are
 * the addresses of one interface) or a neighbour entry. A kernel has one forwarding entry for a MAC
 * address and one neighbour entry for an address, so each belongs to the key and ends with its last
 * user; where users disagree, {@link Forwarding} says which entry stands. A change costs the same
 * with ten endpoints as with ten thousand.
 *
 * <p>Not thread-safe: it belongs to one control loop.
 *
 * @param <K> what distinguishes endpoints, for instance their resource names
 */
public final class ForwardingTable<K> {

  /** Entries to remove from, then add to, what a node has programmed. */
  public record Delta(Forwarding removed, Forwarding added) {
    public boolean isEmpty() {
      return removed.isEmpty() && added.isEmpty();
    }
  }

  private final Map<K, RemoteEndpoint> endpoints = new HashMap<>();
  private final Slots<MacAddress, FdbEntry> fdb = new Slots<>(FdbEntry::mac, FdbEntry.ORDER);
  private final Slots<InetAddress, NeighbourEntry> neighbours =
      new Slots<>(NeighbourEntry::address, NeighbourEntry.ORDER);
  private final Slots<InetAddress, InetAddress> flood =
      new Slots<>(Function.identity(), Forwarding.ADDRESSES);

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
    var entries = fdb.replace(old.fdb(), fresh.fdb());
    var answers = neighbours.replace(old.neighbours(), fresh.neighbours());
    var peers = flood.replace(old.flood(), fresh.flood());
    return new Delta(
        new Forwarding(entries.removed(), answers.removed(), peers.removed()),
        new Forwarding(entries.added(), answers.added(), peers.added()));
  }

  /**
   * Entries of which the kernel holds one for each key.
   *
   * @param <I> the kernel's key
   * @param <E> an entry
   */
  private static final class Slots<I, E> {
    private final Function<E, I> key;
    private final Comparator<E> order;
    private final Map<I, TreeMap<E, Integer>> users = new HashMap<>();

    /**
     * No entries.
     *
     * @param order the first of those that share a key stands
     */
    Slots(Function<E, I> key, Comparator<E> order) {
      this.key = key;
      this.order = order;
    }

    /** The entries that no longer stand, and those that stand instead. */
    record Turn<E>(Set<E> removed, Set<E> added) {}

    Turn<E> replace(Set<E> old, Set<E> fresh) {
      Set<I> keys = new HashSet<>();
      old.forEach(each -> keys.add(key.apply(each)));
      fresh.forEach(each -> keys.add(key.apply(each)));
      Set<E> before = standing(keys);
      fresh.forEach(each ->
          users
              .computeIfAbsent(key.apply(each), _ -> new TreeMap<>(order))
              .merge(each, 1, Integer::sum));
      old.forEach(this::release);
      Set<E> after = standing(keys);
      return new Turn<>(minus(before, after), minus(after, before));
    }

    private void release(E entry) {
      users.computeIfPresent(
          key.apply(entry),
          (_, counts) -> {
            counts.computeIfPresent(entry, (_, count) -> count == 1 ? null : count - 1);
            return counts.isEmpty() ? null : counts;
          });
    }

    private Set<E> standing(Set<I> keys) {
      Set<E> standing = new HashSet<>();
      for (I each : keys) {
        TreeMap<E, Integer> counts = users.get(each);
        if (counts != null) {
          standing.add(counts.firstKey());
        }
      }
      return standing;
    }

    private static <E> Set<E> minus(Set<E> all, Set<E> others) {
      Set<E> left = new HashSet<>(all);
      left.removeAll(others);
      return left;
    }

    Set<E> present() {
      return standing(users.keySet());
    }
  }
}
