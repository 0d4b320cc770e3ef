package dev.weft.agent.dataplane.drift;

import dev.weft.agent.dataplane.model.GuardItem;
import dev.weft.agent.dataplane.model.IpsecItem;
import dev.weft.agent.dataplane.model.Item;
import dev.weft.agent.dataplane.model.Owner;
import dev.weft.agent.dataplane.model.State;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the last reconcile left in the kernel, indexed by endpoint and sandbox. */
public final class LastApplied {
  private final Map<Item.Key, Item> items = new HashMap<>();
  private final Map<Owner, Set<Item.Key>> byOwner = new HashMap<>();
  private final Map<String, Set<Item.Key>> bySandbox = new HashMap<>();
  private final Map<String, Set<Item.Key>> devices = new HashMap<>();
  private final Set<String> guard = new HashSet<>();

  public static LastApplied of(State state) {
    LastApplied lastApplied = new LastApplied();
    state.items().values().forEach(lastApplied::put);
    return lastApplied;
  }

  public Optional<Item> get(Item.Key key) {
    return Optional.ofNullable(items.get(key));
  }

  public Collection<Item> items() {
    return items.values();
  }

  /** The items of an endpoint, or of encryption. */
  public List<Item> of(Owner owner) {
    return list(byOwner.get(owner));
  }

  /** The items in a sandbox. */
  public List<Item> in(String sandbox) {
    return list(bySandbox.get(sandbox));
  }

  /** The items of a device's endpoint that go with the device. */
  List<Item> standingOn(Item.Device device) {
    return of(device.owner()).stream()
        .filter(item -> item.standsOn().equals(Optional.of(device.name())))
        .toList();
  }

  /** Names of a network's own devices, in order. */
  public List<String> devices(String uid) {
    return list(devices.get(uid)).stream()
        .map(item -> ((Item.Device) item).name().name())
        .sorted()
        .toList();
  }

  /**
   * Whether the last reconcile left this source guard element.
   *
   * @param key its bytes, in hexadecimal digits
   */
  public boolean hasGuard(String set, String key) {
    return guard.contains(set + " " + key);
  }

  public Set<String> sandboxes() {
    return bySandbox.keySet();
  }

  private List<Item> list(@org.jspecify.annotations.Nullable Set<Item.Key> keys) {
    return keys == null ? List.of() : keys.stream().map(items::get).toList();
  }

  /** Replaces items of one endpoint, or some entries, by their new state. */
  public void replace(Collection<Item> before, State after) {
    before.forEach(this::remove);
    after.items().values().forEach(this::put);
  }

  private void put(Item item) {
    remove(item);
    items.put(item.key(), item);
    if (!item.owner().endpoint().isEmpty() || item.owner().equals(Owner.ENCRYPTION)) {
      byOwner.computeIfAbsent(item.owner(), _ -> new HashSet<>()).add(item.key());
    }
    if (isNetworks(item)) {
      devices.computeIfAbsent(item.owner().uid(), _ -> new HashSet<>()).add(item.key());
    }
    if (item instanceof GuardItem.Entry entry) {
      guard.add(entry.inKernel());
    }
    String sandbox = sandboxOf(item);
    if (!sandbox.isEmpty()) {
      bySandbox.computeIfAbsent(sandbox, _ -> new HashSet<>()).add(item.key());
    }
  }

  private void remove(Item item) {
    Item old = items.remove(item.key());
    if (old != null) {
      if (old instanceof GuardItem.Entry entry) {
        guard.remove(entry.inKernel());
      }
      forget(byOwner, old.owner(), old.key());
      forget(devices, old.owner().uid(), old.key());
      forget(bySandbox, sandboxOf(old), old.key());
    }
  }

  private static <K> void forget(Map<K, Set<Item.Key>> index, K at, Item.Key key) {
    index.computeIfPresent(at, (_, keys) -> keys.remove(key) && keys.isEmpty() ? null : keys);
  }

  private static boolean isNetworks(Item item) {
    return item instanceof Item.Device && item.owner().endpoint().isEmpty();
  }

  /** File of the sandbox that contains the item or one end of it; empty if none does. */
  static String sandboxOf(Item item) {
    return switch (item) {
      case Item.Device device -> device.inner().place().sandbox();
      case Item.Address address -> address.device().place().sandbox();
      case Item.Route route -> route.device().place().sandbox();
      case Item.Forward _,
          Item.Neighbour _,
          Item.Setting _,
          Item.Filter _,
          IpsecItem.SecurityState _,
          IpsecItem.SecurityPolicy _,
          IpsecItem.EspPort _,
          GuardItem _ ->
          "";
    };
  }
}
