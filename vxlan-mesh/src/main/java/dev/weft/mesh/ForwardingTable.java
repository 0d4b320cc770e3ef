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
 * Updates the forwarding of one network as remote endpoints are added, moved and removed.
 *
 * <p>Several endpoints can share an entry: a flood entry on the same node, a forwarding entry as
 * addresses of one interface, or a neighbour entry. The kernel holds one forwarding entry per MAC
 * address and one neighbour entry per IP address. Each entry is removed with its last user; if
 * users disagree, {@link Forwarding} defines which entry wins. The cost of a change does not depend
 * on the number of endpoints.
 *
 * <p>Not thread-safe: it belongs to one control loop.
 *
 * @param <K> key of an endpoint, for instance its resource name
 */
public final class ForwardingTable<K> {

  /** Entries to remove from a node, and entries to add after that. */
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

  /** Adds or replaces the endpoint of {@code key}; returns the changes for the node. */
  public Delta put(K key, RemoteEndpoint endpoint) {
    return replace(endpoints.put(key, endpoint), endpoint);
  }

  /** Removes the endpoint of {@code key}, if there is one; returns the changes for the node. */
  public Delta remove(K key) {
    return replace(endpoints.remove(key), null);
  }

  /** All entries that the node must hold now. */
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
   * Counts the users of entries; the kernel holds one entry per key.
   *
   * @param <I> key of an entry in the kernel
   * @param <E> an entry
   */
  private static final class Slots<I, E> {
    private final Function<E, I> key;
    private final Comparator<E> order;
    private final Map<I, TreeMap<E, Integer>> users = new HashMap<>();

    /**
     * Creates an empty set of entries.
     *
     * @param order order of entries with the same key; the first one wins
     */
    Slots(Function<E, I> key, Comparator<E> order) {
      this.key = key;
      this.order = order;
    }

    /** Entries to remove from the kernel, and entries to add. */
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
