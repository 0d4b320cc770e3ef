package dev.weft.agent.dataplane.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Items of the kernel that Weft owns, or should own, by their identity. */
public record State(Map<Item.Key, Item> items) {
  static final State EMPTY = new State(Map.of());

  public static State of(Collection<? extends Item> items) {
    Map<Item.Key, Item> map = new LinkedHashMap<>();
    items.forEach(item -> map.put(item.key(), item));
    return new State(map);
  }

  public Optional<Item> get(Item.Key key) {
    return Optional.ofNullable(items.get(key));
  }

  /** Returns this state plus these items. */
  public State with(Collection<? extends Item> others) {
    Map<Item.Key, Item> map = new LinkedHashMap<>(items);
    others.forEach(item -> map.put(item.key(), item));
    return new State(map);
  }

  State where(Predicate<Item> predicate) {
    return of(items.values().stream().filter(predicate).toList());
  }

  /**
   * Returns this state without these devices and their entries; ports of removed bridges are free.
   */
  State withoutDevices(Set<DeviceName> devices) {
    Set<DeviceName> gone = new HashSet<>(devices);
    Map<Item.Key, Item> left = new HashMap<>(items);
    for (boolean more = true; more; ) {
      more =
          left.values()
              .removeIf(item -> {
                boolean goes =
                    item.standsOn().filter(gone::contains).isPresent()
                        || (item instanceof Item.Device device && gone.contains(device.name()));
                if (goes && item instanceof Item.Device device) {
                  gone.add(device.name());
                  gone.add(device.inner());
                }
                return goes;
              });
    }
    left.replaceAll((_, item) ->
        item instanceof Item.Device device
                && device
                    .port()
                    .filter(port -> gone.contains(DeviceName.onNode(port.bridge())))
                    .isPresent()
            ? device.withPort(Optional.empty())
            : item);
    return new State(left);
  }

  /** Returns this state after the changes. */
  public State after(Collection<? extends Change> changes) {
    State state = new State(new HashMap<>(items));
    Set<DeviceName> removed = new HashSet<>();
    for (Change change : changes) {
      if (change instanceof Change.Remove(Item.Device device, _)) {
        removed.add(device.name());
      } else {
        if (!removed.isEmpty()) {
          state = state.withoutDevices(removed);
          removed.clear();
        }
        switch (change) {
          case Change.Create(Item item) -> state.items.put(item.key(), item);
          case Change.Alter(_, Item item, _) -> state.items.put(item.key(), item);
          case Change.Remove(Item item, _) -> state.items.remove(item.key());
        }
      }
    }
    return removed.isEmpty() ? state : state.withoutDevices(removed);
  }
}
